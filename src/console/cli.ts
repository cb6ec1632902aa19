import { Command, CommanderError } from "commander";
import { ApiError } from "./client.ts";
import type { Context } from "./commands/context.ts";
import { addFileCommands } from "./commands/files.ts";
import { addFolderCommands } from "./commands/folder.ts";
import { addMachineCommands } from "./commands/machines.ts";
import { addPolicyCommands } from "./commands/policies.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addStatusCommands } from "./commands/status.ts";
import { addSteerCommands } from "./commands/steer.ts";
import { EXIT, processTerminal } from "./terminal.ts";

const DEFAULT_SOCKET = "/run/fleetseed/fleetseed.sock";

const EXIT_CODES = `
Exit codes: 0 done; 1 the answer is bad news (problems found, machines failed); 2 wrong usage; 3 the daemon does not answer.`;

export interface Injected {
	/** Runs the daemon and answers its exit code. */
	readonly serve: (options: { readonly config: string }) => Promise<number>;
}

/** Runs one command line and answers its exit code. */
export async function run(argv: readonly string[], injected: Injected): Promise<number> {
	const terminal = processTerminal();
	let exitCode: number = EXIT.done;
	const program = new Command("fleetseed")
		.description("Download once, seed it to the LAN, install on schedule.")
		.option("--socket <path>", "the daemon's unix socket", process.env.FLEETSEED_SOCKET ?? DEFAULT_SOCKET)
		.addHelpText("after", EXIT_CODES)
		.exitOverride();
	const context: Context = {
		terminal,
		socketPath: () => String(program.opts().socket),
		exit: (code) => {
			exitCode = code;
		},
	};
	addFileCommands(program, context);
	addSimulateCommand(program, context);
	addStatusCommands(program, context);
	addMachineCommands(program, context);
	addSteerCommands(program, context);
	addPolicyCommands(program, context);
	addFolderCommands(program, context);
	program
		.command("serve")
		.description("run the daemon in the foreground")
		.requiredOption("--config <file>", "the daemon's configuration", "/etc/fleetseed/fleetseed.yaml")
		.action(async (options: { config: string }) => context.exit(await injected.serve(options)));
	await program.parseAsync([...argv]).catch((error: unknown) => {
		exitCode = exitCodeOf(error, terminal);
	});
	return exitCode;
}

function exitCodeOf(error: unknown, terminal: Context["terminal"]): number {
	if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
	if (!(error instanceof ApiError)) throw error;
	terminal.complain(error);
	return error.isAnswer ? EXIT.badNews : EXIT.noDaemon;
}
