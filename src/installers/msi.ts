import type { Quoting } from "../model/shim.ts";
import type { Installer } from "./installer.ts";
import { programWords } from "./program.ts";
import { WINDOWS_CODES, windowsAct } from "./windows.ts";

/**
 * Microsoft's "MsiExec.exe and InstMsi.exe Error Messages": 1707 says that it went well; 1638 that another version of the product is there, 1605
 * and 1614 that it is not: of these detection knows whether they will do. A policy names the product code in `detection`: the file is not opened for it.
 */
export const msi: Installer = {
	what: "a package of Windows Installer, installed by msiexec",
	os: ["windows"],
	suffix: ".msi",
	detection: null,
	returnCodes: { ...WINDOWS_CODES, success: [0, 1605, 1614, 1638, 1707] },
	install: (spec) =>
		windowsAct(spec, {
			suffix: ".msi",
			quoting: "msi",
			program: "msiexec.exe",
			arguments: ["/i", "{file}", "/qn", "/norestart", "/l*v", "{log}"],
		}),
	uninstall: ({ detection, install, uninstall }) => {
		const code = detection.flatMap((rule) => (rule.type === "msi" ? rule.productCode : []))[0] ?? "";
		const args = ["/x", code, "/qn", "/norestart", "/l*v", "{log}", ...(uninstall?.arguments ?? [])];
		return { program: "msi" satisfies Quoting, words: programWords(install.env, ["msiexec.exe"], args).slice(1) };
	},
	busy: ({ exitCode }) => (exitCode === 1618 ? "another installation is under way in Windows Installer" : null),
};
