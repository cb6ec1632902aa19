import type { Installer } from "./installer.ts";
import { WINDOWS_CODES, windowsAct } from "./windows.ts";

interface Maker {
	readonly what: string;
	/** They keep it from asking anybody, and from rebooting unasked. */
	readonly switches: readonly string[];
	readonly quoting: "argv" | "nsis" | "installshield";
}

/** An installer that is a program; what it does and how it tells of it is its maker's. */
function exeBy({ what, switches, quoting }: Maker): Installer {
	return {
		what,
		os: ["windows"],
		suffix: ".exe",
		detection: null,
		returnCodes: WINDOWS_CODES,
		install: (spec) => windowsAct(spec, { suffix: ".exe", quoting, program: "{file}", arguments: switches }),
		uninstall: null,
		busy: () => null,
	};
}

export const exe = exeBy({
	what: "a program that is run; its silent switches are yours to give",
	switches: [],
	quoting: "argv",
});

/** Without /NORESTART it reboots unasked; without /RESTARTEXITCODE nobody hears that it would have. */
export const inno = exeBy({
	what: "an installer made with Inno Setup",
	switches: ["/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART", "/SP-", "/RESTARTEXITCODE=3010"],
	quoting: "argv",
});

/** The S is a capital letter; a folder (`/D=C:\Till`) comes last. */
export const nsis = exeBy({ what: "an installer made with NSIS", switches: ["/S"], quoting: "nsis" });

/** Switches of the package of Windows Installer that is in it come after /v, as one word. */
export const installshield = exeBy({
	what: "an installer made with InstallShield around a package of Windows Installer",
	switches: ["/s", "/v/qn /norestart"],
	quoting: "installshield",
});
