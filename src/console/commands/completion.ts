import { Argument, type Command } from "commander";
import { machineRow } from "../answers/machines.ts";
import { statusReport } from "../answers/status.ts";
import { Client } from "../client.ts";
import { complete, type Named } from "../complete.ts";
import { COMPLETION_SCRIPTS, SHELLS, type Shell } from "../completion-scripts.ts";
import { printable } from "../printable.ts";
import type { Context } from "./context.ts";

export function addCompletionCommand(program: Command, context: Context): void {
	program
		.command("completion")
		.description("print the script that completes fleetseed's words in a shell; the Debian package installs it")
		.addArgument(new Argument("<shell>").choices(SHELLS))
		.action((shell: Shell) => context.terminal.print(COMPLETION_SCRIPTS[shell].trimEnd()));
	program
		.command("complete-words", { hidden: true })
		.argument("[words...]")
		.action((words: readonly string[]) => answer(program, context, words));
}

async function answer(program: Command, { terminal, socketPath }: Context, words: readonly string[]): Promise<void> {
	const { candidates, names } = complete(program, words);
	for (const { word, meaning } of candidates)
		terminal.print(printable(word) + (meaning ? `\t${printable(meaning)}` : ""));
	const client = new Client(socketPath());
	const known = names === null ? [] : await namesOf(client, names, words).catch((): readonly string[] => []);
	await client.close();
	for (const name of known) if (name.startsWith(words.at(-1) ?? "")) terminal.print(printable(name));
}

/** Without the daemon there are no names, and no complaint in the middle of what a person types. */
async function namesOf(client: Client, names: Named, words: readonly string[]): Promise<readonly string[]> {
	if (names === "machine") return (await client.get("machines", machineRow.array())).map(({ name }) => name);
	const { rollouts } = await client.get("status?detail=groups", statusReport);
	if (names === "policy") return rollouts.map(({ policy }) => policy);
	return rollouts.find(({ policy }) => words.includes(policy))?.rings.map(({ name }) => name) ?? [];
}
