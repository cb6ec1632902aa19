import type { Command } from "commander";
import { ERROR_CODES } from "../../model/error-codes.ts";
import { verifyFile } from "../audit/verify-file.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { type Context, JSON_OPTION, type JsonOption, misused } from "./context.ts";
import { configOption, type HostActs } from "./host.ts";

interface BackupOptions extends JsonOption {
	readonly config: string;
}

const HOLDS = "every event with its hash, what steps printed, tokens (their digests alone), what was sent";
const LACKS =
	"the configuration with policies and the SSH key; packages, which are downloaded again; notices that wait to be sent";

/** The journal is read by itself: a daemon that does not answer is no reason to be without a backup. */
export function addBackupCommand(program: Command, context: Context, acts: Pick<HostActs, "backup">): void {
	program
		.command("backup")
		.description("copy the journal into one new file, with the daemon on or off, and look whether every line is there")
		.argument("<file>")
		.addOption(configOption())
		.option(...JSON_OPTION)
		.action((file: string, options: BackupOptions) => backUp(context, acts, { ...options, file }));
}

async function backUp(
	context: Context,
	acts: Pick<HostActs, "backup">,
	{ config, file, json }: BackupOptions & { readonly file: string },
): Promise<void> {
	const answer = await acts.backup({ config, file });
	if (answer.kind === "refused") return misused(context, answer.why, answer.advice);
	const verified = verifyFile(answer.file, null);
	if ("unreadable" in verified) return misused(context, verified.unreadable, "Back up to another disk.");
	const { terminal, exit } = context;
	const { lines, head, breaks, is_intact } = verified;
	if (json) terminal.printJson({ file: answer.file, size_bytes: answer.sizeBytes, ...verified });
	else {
		for (const { seq, what } of breaks) terminal.print(printable(`line ${seq}: ${what}`));
		terminal.print(printable(`${answer.file}: ${answer.sizeBytes} bytes`));
		terminal.print(`${counted(lines, "line")}, the last is ${head.seq}:${head.hash}`);
		terminal.print(`in it: ${HOLDS}\nnot in it: ${LACKS}`);
	}
	if (is_intact) return;
	const message = `the journal has ${counted(breaks.length, "break")}, and so has its copy`;
	if (!json) terminal.complain({ code: "FS-AUDIT-BROKEN", message, hint: ERROR_CODES["FS-AUDIT-BROKEN"] });
	return exit(EXIT.badNews);
}
