import { type Installer, ZERO_IS_SUCCESS } from "./installer.ts";
import { windowsAct } from "./windows.ts";

/** No profile, no questions, and no policy about signatures: whose file it is its digest says. */
const POWERSHELL = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", "{file}"];

const SCRIPT: Omit<Installer, "what" | "suffix" | "install"> = {
	os: ["windows"],
	detection: null,
	returnCodes: { ...ZERO_IS_SUCCESS, softReboot: [3010], hardReboot: [1641] },
	uninstall: null,
	busy: () => null,
};

export const powershell: Installer = {
	...SCRIPT,
	what: "a script of Windows PowerShell",
	suffix: ".ps1",
	install: (spec) =>
		windowsAct(spec, {
			suffix: ".ps1",
			quoting: "argv",
			program: "WindowsPowerShell\\v1.0\\powershell.exe",
			arguments: POWERSHELL,
		}),
};

export const batch: Installer = {
	...SCRIPT,
	what: "a batch file, run by cmd",
	suffix: ".cmd",
	install: (spec) => windowsAct(spec, { suffix: ".cmd", quoting: "cmd", program: "{file}", arguments: [] }),
};
