import { join, win32 } from "node:path";
import type { ShimJob } from "../../model/shim.ts";
import { callBatch } from "./batch.ts";
import { quoteArguments } from "./quote.ts";
import { systemProgram } from "./system.ts";

export interface CommandLine {
	readonly program: string;
	/** What follows the program's own name. */
	readonly rest: string;
	readonly env: Readonly<Record<string, string>>;
	/** A batch file to be written first, as `run.cmd` in the folder in which the program runs. */
	readonly batch?: string;
}

export interface Places {
	readonly file: string;
	readonly log: string;
}

/** The words of a job, with the machine's own paths in them, as Windows takes them. */
export function commandLineOf({ words, quoting }: Pick<ShimJob, "words" | "quoting">, places: Places): CommandLine {
	const [, , count = "0", ...rest] = words;
	const fixed = rest.slice(0, Number(count));
	const env = Object.fromEntries(fixed.slice(0, -1).map((word) => [nameOf(word), word.slice(nameOf(word).length + 1)]));
	const args = rest.slice(fixed.length).map((word) => fill(word, places));
	const program = pathOf(fixed.at(-1) ?? "", places);
	if (quoting === "cmd" || /\.(cmd|bat)$/i.test(program))
		return { program: systemProgram("cmd.exe"), rest: "/d /c run.cmd", env, batch: callBatch(program, args) };
	return { program, rest: quoteArguments(args, quoting), env };
}

function nameOf(word: string): string {
	return word.slice(0, word.indexOf("="));
}

/** A name alone is one of System32, never whatever the PATH has. */
function pathOf(program: string, { file }: Places): string {
	if (program === "{file}") return file;
	return win32.isAbsolute(program) ? program : systemProgram(program);
}

function fill(word: string, { file, log }: Places): string {
	return word.replace(/\{(file|log)\}/g, (_, place) => (place === "file" ? file : log));
}

/** Where a package is opened by the name that its installer wants to see. */
export function placesOf({ words }: Pick<ShimJob, "words">, packages: string, folder: string): Places {
	const [sha256 = "", suffix = ""] = words;
	return { file: join(packages, sha256 + suffix), log: join(folder, "log") };
}
