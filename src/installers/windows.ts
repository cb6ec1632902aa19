import type { PackageSpec, ReturnCodes } from "../model/policy.ts";
import type { Quoting } from "../model/shim.ts";
import type { Act } from "./installer.ts";
import { programWords } from "./program.ts";

export interface WindowsProgram {
	/** Ends the path of the package, where the program looks at the name: ".msi". */
	readonly suffix: string;
	/** How the words become a command line. */
	readonly quoting: Quoting;
	/** A path below System32, or `{file}` for the package itself. */
	readonly program: string;
	/** `{file}` is the package, `{log}` a file whose end becomes output. */
	readonly arguments: readonly string[];
}

/** On Windows no shell runs anything: the words are the digest, the suffix, and those of `programWords`. */
export function windowsAct({ sha256, install }: PackageSpec, windows: WindowsProgram): Act {
	const { suffix, quoting, program } = windows;
	const words = programWords(install.env, [program], [...windows.arguments, ...install.arguments]);
	return { program: quoting, words: [sha256, suffix, ...words] };
}

/** What installers of Windows took over from Windows Installer. */
export const WINDOWS_CODES: ReturnCodes = { success: [0], softReboot: [3010], hardReboot: [1641], retry: [1618] };
