import { type Command, InvalidArgumentError, Option } from "commander";
import { ERROR_CODES } from "../../model/error-codes.ts";
import { parseHead } from "../../record/head-text.ts";
import { auditVerification } from "../answers/audit.ts";
import { verifyFile } from "../audit/verify-file.ts";
import type { AuditVerification } from "../cockpit.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { type Context, JSON_OPTION, type JsonOption, misused, withClient } from "./context.ts";

interface VerifyOptions extends JsonOption {
	readonly journal?: string;
	readonly head?: Head;
}

type Head = AuditVerification["head"];

/** Commands that read the journal as an audit does. */
export function addAuditCommands(program: Command, context: Context): void {
	const audit = program.command("audit").description("every decision and act, one line each, chained by their hashes");
	audit
		.command("verify")
		.description("look whether every line of the journal is what was written, and name those that are not")
		.option("--journal <file>", "a journal's file, such as a backup's, without asking the daemon")
		.option("--head <seq:hash>", "what an earlier look ended with: the journal must still have that line", head)
		.option(...JSON_OPTION)
		.action((options: VerifyOptions) => verify(context, options));
	audit
		.command("export")
		.description("write the whole audit to standard output")
		.addOption(new Option("--format <format>", "jsonl or csv").choices(["jsonl", "csv"]).default("jsonl"))
		.action((options: { readonly format: string }) => download(context, `audit/export?format=${options.format}`));
	audit
		.command("report")
		.description("write one rollout as an HTML page that needs nothing else to standard output")
		.requiredOption("--policy <name>", "whose rollout")
		.option("--rollout <id>", "default: the newest of the policy")
		.action(({ policy, rollout }: { readonly policy: string; readonly rollout?: string }) => {
			const query = new URLSearchParams({ policy, ...(rollout === undefined ? {} : { rollout }) });
			return download(context, `audit/report?${query}`);
		});
}

function head(text: string): Head {
	const read = parseHead(text);
	if (!read) throw new InvalidArgumentError("expected the line's number, a colon and 64 hex digits.");
	return read;
}

async function verify(context: Context, { journal, head, json }: VerifyOptions): Promise<void> {
	const query = head ? `?head=${head.seq}:${head.hash}` : "";
	const answer = await (journal === undefined
		? withClient(context, (client) => client.get(`audit/verify${query}`, auditVerification))
		: verifyFile(journal, head ?? null));
	if ("unreadable" in answer) return misused(context, answer.unreadable, "Name a journal's file that can be read.");
	const { terminal, exit } = context;
	if (json) terminal.printJson(answer);
	else {
		for (const { seq, what } of answer.breaks) terminal.print(printable(`line ${seq}: ${what}`));
		terminal.print(`${counted(answer.lines, "line")}, the last is ${answer.head.seq}:${answer.head.hash}`);
	}
	if (answer.is_intact) return json ? undefined : terminal.print("every line is what was written");
	const message = `the journal has ${counted(answer.breaks.length, "break")}`;
	if (!json) terminal.complain({ code: "FS-AUDIT-BROKEN", message, hint: ERROR_CODES["FS-AUDIT-BROKEN"] });
	return exit(EXIT.badNews);
}

/** Piece by piece: a journal of years is not read into memory. Who reads may have seen enough before its end. */
async function download(context: Context, path: string): Promise<void> {
	await withClient(context, async (client) => {
		for await (const chunk of await client.stream(path)) if (!(await isTaken(chunk))) return;
	});
}

/** Once it is: the next piece waits. What else keeps it from being written is the terminal's to tell. */
function isTaken(chunk: Buffer): Promise<boolean> {
	return new Promise((resolve) => process.stdout.write(chunk, (error) => resolve(!error)));
}
