import { CommanderError } from "commander";
import { ApiError } from "./client.ts";
import type { HostActs } from "./commands/host.ts";
import { EXIT } from "./exit-codes.ts";
import { programOf } from "./program.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/** Runs one command line and answers its exit code. */
export async function run(argv: readonly string[], acts: HostActs): Promise<number> {
	// Also where the words make no sense otherwise.
	const terminal = processTerminal({ isForScripts: argv.includes("--json") });
	let exitCode: number = EXIT.done;
	const exit = (code: number) => {
		exitCode = code;
	};
	await programOf({ terminal, exit }, acts)
		.parseAsync([...argv])
		.catch((error: unknown) => exit(exitCodeOf(error, terminal)));
	return exitCode;
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
	if (!(error instanceof ApiError)) throw error;
	terminal.complain(error);
	return error.isAnswer ? EXIT.badNews : EXIT.noDaemon;
}
