import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { describeProblem, type Problem } from "../../policy/document.ts";
import { parsePolicy } from "../../policy/parse-policy.ts";
import { policyJsonSchema } from "../../policy/policy-schema.ts";
import { printable } from "../printable.ts";
import { EXIT } from "../terminal.ts";
import { type Context, JSON_OPTION, type JsonOption } from "./context.ts";

/** Commands over files alone; they need no daemon. */
export function addFileCommands(program: Command, context: Context): void {
	program
		.command("check")
		.description("check policy files: every problem with its place")
		.argument("<file...>", "policy files")
		.option(...JSON_OPTION)
		.action((files: string[], options: JsonOption) => check(context, files, options));
	program
		.command("schema")
		.description("print the JSON Schema of policies, for editors")
		.option(...JSON_OPTION)
		.action(() => context.terminal.print(JSON.stringify(policyJsonSchema(), null, 2)));
}

async function check({ terminal, exit }: Context, files: readonly string[], { json }: JsonOption): Promise<void> {
	const checked = await Promise.all(files.map(checkFile));
	const problems = checked.flatMap((each) => each.problems);
	const unreadable = checked.flatMap((each) => each.unreadable ?? []);
	if (json) terminal.printJson({ files: files.length, problems, unreadable });
	else {
		for (const problem of problems) terminal.print(printable(describeProblem(problem)));
		for (const line of unreadable) terminal.print(printable(line));
		const isGood = problems.length + unreadable.length === 0;
		terminal.print(isGood ? `${files.length} ${files.length === 1 ? "file" : "files"} checked, no problems` : "");
	}
	if (unreadable.length > 0) exit(EXIT.usage);
	else if (problems.length > 0) exit(EXIT.badNews);
}

async function checkFile(
	file: string,
): Promise<{ readonly problems: readonly Problem[]; readonly unreadable?: string }> {
	const text = await readFile(file, "utf8").catch((error: Error) => error);
	if (text instanceof Error) return { problems: [], unreadable: `${file}: cannot be read: ${text.message}` };
	const parsed = parsePolicy(text, file);
	return { problems: "problems" in parsed ? parsed.problems : [] };
}
