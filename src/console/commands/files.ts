import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { describeProblem, type Problem } from "../../policy/document.ts";
import { duplicateName } from "../../policy/duplicate-name.ts";
import { parsePolicy } from "../../policy/parse-policy.ts";
import { policyJsonSchema } from "../../policy/policy-schema.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { type Context, JSON_OPTION, type JsonOption } from "./context.ts";
import { configOption, type HostActs } from "./host.ts";

/** Commands over files alone; they need no daemon. */
export function addFileCommands(program: Command, context: Context, acts: Pick<HostActs, "checkInstalled">): void {
	program
		.command("check")
		.description("check policy files, or all that is installed: every problem with its place")
		.argument("[file...]", "policy files; default: the daemon's configuration and all that it names")
		.addOption(configOption())
		.option(...JSON_OPTION)
		.action((files: string[], options: CheckOptions) =>
			files.length > 0 ? check(context, files, options) : checkInstalled(context, acts, options),
		);
	program
		.command("schema")
		.description("print the JSON Schema of policies, for editors")
		.option(...JSON_OPTION)
		.action(() => context.terminal.print(JSON.stringify(policyJsonSchema(), null, 2)));
}

/** What to do about a file that cannot be read. */
export const READABLE_FILE = "Give a file that can be read.";

interface CheckOptions extends JsonOption {
	readonly config: string;
}

async function checkInstalled(
	{ terminal, exit }: Context,
	acts: Pick<HostActs, "checkInstalled">,
	{ config, json }: CheckOptions,
): Promise<void> {
	const report = await acts.checkInstalled({ config });
	const { files, problems, notes } = report;
	if (json) terminal.printJson(report);
	else {
		for (const line of [...problems, ...notes.map((note) => `note: ${note}`)]) terminal.print(printable(line));
		if (problems.length === 0) terminal.print(`${counted(files.length, "file")} checked, no problems`);
	}
	if (problems.length > 0) exit(EXIT.badNews);
}

async function check({ terminal, exit }: Context, files: readonly string[], { json }: JsonOption): Promise<void> {
	const checked = await Promise.all(files.map(checkFile));
	const problems = [...checked.flatMap((each) => each.problems), ...sameNames(checked)];
	const unreadable = checked.flatMap((each) => each.unreadable ?? []);
	if (json) terminal.printJson({ files: files.length, problems, unreadable });
	else {
		for (const problem of problems) terminal.print(printable(describeProblem(problem)));
		for (const line of unreadable) terminal.print(printable(line));
		const isGood = problems.length + unreadable.length === 0;
		if (isGood) terminal.print(`${counted(files.length, "file")} checked, no problems`);
	}
	if (unreadable.length > 0) exit(EXIT.usage);
	else if (problems.length > 0) exit(EXIT.badNews);
}

interface Checked {
	readonly file: string;
	readonly problems: readonly Problem[];
	/** Of the policy, when it is sound. */
	readonly name?: string;
	readonly unreadable?: string;
}

async function checkFile(file: string): Promise<Checked> {
	const text = await readFile(file, "utf8").catch((error: Error) => error);
	if (text instanceof Error)
		return { file, problems: [], unreadable: `${file}: cannot be read: ${text.message}. ${READABLE_FILE}` };
	const parsed = parsePolicy(text, file);
	return "problems" in parsed ? { file, problems: parsed.problems } : { file, problems: [], name: parsed.policy.name };
}

/** Together in the policies folder only the first of them would be in force. */
function sameNames(checked: readonly Checked[]): readonly Problem[] {
	const first = new Map<string, string>();
	return checked.flatMap(({ file, name }) => {
		if (name === undefined) return [];
		const twin = first.get(name);
		if (twin !== undefined) return [duplicateName(file, name, twin)];
		first.set(name, file);
		return [];
	});
}
