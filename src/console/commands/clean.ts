import type { Command } from "commander";
import { cleanReport, machineRow } from "../answers/machines.ts";
import { ApiError, type Client } from "../client.ts";
import type { CleanReport } from "../cockpit.ts";
import { counted } from "../counted.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { sizeText } from "../size-text.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, segment, withClient } from "./context.ts";

/** Machines cleaned at once. */
const AT_ONCE = 8;

interface CleanOptions extends JsonOption {
	readonly reason: string;
}

interface NotCleaned {
	readonly machine: string;
	readonly code: string;
	readonly message: string;
	readonly hint: string;
}

/** Removes from machines what we left there and no policy needs. */
export function addCleanCommand(machines: Command, context: Context): void {
	machines
		.command("clean")
		.description("remove our helper, packages that no policy needs and the folders of ended jobs from machines")
		.argument("[machines...]", "default: every approved machine")
		.option("--reason <text>", "why, for the journal", "")
		.option(...JSON_OPTION)
		.action((names: readonly string[], _options: CleanOptions, command: Command) =>
			clean(context, names, command.optsWithGlobals()),
		);
}

/** Every outcome is gathered; one machine that cannot be cleaned takes nothing from the others. */
async function clean(context: Context, named: readonly string[], { json, reason }: CleanOptions): Promise<void> {
	const { terminal, exit } = context;
	const outcomes = await withClient(context, async (client) => {
		const names = named.length > 0 ? named : await approved(client);
		return inTurns(names, (name) => cleanOne(client, name, reason));
	});
	if (json) terminal.printJson(outcomes);
	else for (const outcome of outcomes) tell(context, outcome);
	if (outcomes.some((outcome) => "code" in outcome)) exit(EXIT.badNews);
}

async function approved(client: Client): Promise<readonly string[]> {
	const rows = await client.get("machines", machineRow.array());
	return rows.filter(({ trust }) => trust === "approved").map(({ name }) => name);
}

async function cleanOne(client: Client, machine: string, reason: string): Promise<CleanReport | NotCleaned> {
	try {
		return await client.post(`machines/${segment(machine)}/clean`, { by: operatorName(), reason }, cleanReport);
	} catch (error) {
		if (!(error instanceof ApiError) || !error.isAnswer) throw error;
		return { machine, code: error.code, message: error.message, hint: error.hint };
	}
}

async function inTurns<T>(names: readonly string[], act: (name: string) => Promise<T>): Promise<readonly T[]> {
	const outcomes: T[] = [];
	const rest = names.entries();
	const worker = async () => {
		for (const [index, name] of rest) outcomes[index] = await act(name);
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return outcomes;
}

function tell({ terminal }: Context, outcome: CleanReport | NotCleaned): void {
	if ("code" in outcome) {
		terminal.complain(outcome);
		return;
	}
	const { machine, helpers, packages, jobs, busy, freed_bytes } = outcome;
	const removed = [counted(helpers, "helper"), counted(packages, "package"), counted(jobs, "job")].join(", ");
	const left = busy > 0 ? `; ${busy} in use and left alone` : "";
	terminal.print(printable(`${machine}: removed ${removed}, ${sizeText(freed_bytes)}${left}`));
}
