import { Command, Option } from "commander";
import { addAuditCommands } from "./commands/audit.ts";
import { addBackupCommand } from "./commands/backup.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import type { Context } from "./commands/context.ts";
import { addFileCommands } from "./commands/files.ts";
import { addFolderCommands } from "./commands/folder.ts";
import { addHostCommands, type HostActs } from "./commands/host.ts";
import { addLogsCommand } from "./commands/logs.ts";
import { addMachineCommands } from "./commands/machines.ts";
import { addNotifyCommands } from "./commands/notify.ts";
import { addPolicyCommands } from "./commands/policies.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addStatusCommands } from "./commands/status.ts";
import { addSteerCommands } from "./commands/steer.ts";
import { addTokenCommands } from "./commands/token.ts";
import { addViewCommands } from "./commands/views.ts";
import { EXIT_MEANINGS } from "./exit-codes.ts";
import { version } from "./version.ts";

const DEFAULT_SOCKET = "/run/fleetseed/fleetseed.sock";

/** The whole command line: help, manual page and completion are all made of it. */
export function programOf(context: Omit<Context, "socketPath">, acts: HostActs): Command {
	const codes = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `${code} ${meaning}`);
	const program = new Command("fleetseed")
		.description("Download once, seed it to the LAN, install on schedule.")
		.version(version())
		.addOption(
			new Option("--socket <path>", "the daemon's unix socket").env("FLEETSEED_SOCKET").default(DEFAULT_SOCKET),
		)
		.addHelpText("after", `\nExit codes: ${codes.join("; ")}.`)
		.configureOutput({ outputError: (text) => context.terminal.complain(usageProblem(text)) })
		.exitOverride();
	const whole: Context = { ...context, socketPath: () => String(program.opts().socket) };
	addHostCommands(program, whole, acts);
	addFileCommands(program, whole, acts);
	addSimulateCommand(program, whole);
	addStatusCommands(program, whole);
	addLogsCommand(program, whole);
	addViewCommands(program, whole);
	addMachineCommands(program, whole);
	addSteerCommands(program, whole);
	addPolicyCommands(program, whole);
	addFolderCommands(program, whole);
	addAuditCommands(program, whole);
	addBackupCommand(program, whole, acts);
	addTokenCommands(program, whole);
	addNotifyCommands(program, whole);
	addCompletionCommand(program, whole);
	return program;
}

/** Of what commander says, such as "error: unknown command 'statsu'\n(Did you mean status?)\n". */
function usageProblem(text: string) {
	const message = text
		.replace(/^error: /, "")
		.trim()
		.replaceAll("\n", " ");
	return { code: "FS-API-REQUEST", message, hint: "What it takes: the same with --help." };
}

/** The command line for those who read its definition: nothing of it can be run. */
export function programToRead(): Command {
	const never = () => Promise.reject(new Error("nothing is run"));
	const terminal = {
		style: { good: String, bad: String, faint: String, columns: 80 },
		isInteractive: false,
		print: () => undefined,
		redraw: () => undefined,
		printJson: () => undefined,
		advise: () => undefined,
		complain: () => undefined,
	};
	const acts = { serve: never, init: never, doctor: never, backup: never, checkInstalled: never };
	return programOf({ terminal, exit: () => undefined }, acts);
}
