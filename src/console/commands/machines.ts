import type { Command } from "commander";
import { machineRow } from "../answers/machines.ts";
import { acted } from "../answers/outcome.ts";
import type { MachineRow } from "../cockpit.ts";
import { printable } from "../printable.ts";
import { renderMachine } from "../render-machine.ts";
import { table } from "../table.ts";
import { type ApproveOptions, approveMachine } from "./approve-machine.ts";
import { addCleanCommand } from "./clean.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, segment, withClient } from "./context.ts";

/** The machines that were found, and who of them may take part. */
export function addMachineCommands(program: Command, context: Context): void {
	const machines = program
		.command("machines")
		.description("list the machines that were found or listed")
		.option(...JSON_OPTION)
		.allowExcessArguments()
		.action((options: JsonOption, command: Command) => refuseStray(command) ?? list(context, options));
	machines
		.command("list")
		.description("the same as `fleetseed machines`")
		.option(...JSON_OPTION)
		.action((_options: JsonOption, command: Command) => list(context, command.optsWithGlobals()));
	machines
		.command("show")
		.description("show a machine: who it is, how it is reached, and what it said of itself, with the time")
		.argument("<machine>")
		.option(...JSON_OPTION)
		.action((name: string, _options: JsonOption, command: Command) => show(context, name, command.optsWithGlobals()));
	machines
		.command("approve")
		.description("let a discovered machine take part: pins the SSH host key that it shows now")
		.argument("<machine>")
		.option("--fingerprint <SHA256:...>", "approve only this key, without asking")
		.option("--yes", "approve whatever key it shows now, without asking")
		.option(...JSON_OPTION)
		.action((name: string, _options: ApproveOptions, command: Command) =>
			approveMachine(context, name, command.optsWithGlobals()),
		);
	addCleanCommand(machines, context);
	machines
		.command("forget")
		.description("forget a machine and its approval")
		.argument("<machine>")
		.option(...JSON_OPTION)
		.action((name: string, _options: JsonOption, command: Command) => forget(context, name, command.optsWithGlobals()));
}

/** A word that is none of the command's own: without it the command does something by itself. */
function refuseStray(command: Command): undefined {
	const [stray] = command.args;
	const names = command.commands.map((each) => each.name()).join(", ");
	if (stray !== undefined) command.error(`error: ${command.name()} has no command '${stray}'; it has: ${names}`);
}

async function list(context: Context, { json }: JsonOption): Promise<void> {
	const { terminal } = context;
	const rows = await withClient(context, (client) => client.get("machines", machineRow.array()));
	if (json) return terminal.printJson(rows);
	if (rows.length === 0)
		return terminal.print("no machines yet: they appear as they announce themselves over mDNS, or from the inventory");
	const sorted = rows.toSorted((a, b) => BY_NUMBER.compare(a.name, b.name));
	const columns = COLUMNS.filter(([, cell], index) => index < 4 || sorted.some((row) => cell(row) !== ""));
	const cells = sorted.map((row) => columns.map(([, cell]) => cell(row)));
	const head = columns.map(([title]) => title);
	terminal.print(table(head, cells, terminal.style));
}

/** mill-2 before mill-10. */
const BY_NUMBER = new Intl.Collator("en", { numeric: true });

const COLUMNS: readonly (readonly [title: string, cell: (row: MachineRow) => string])[] = [
	["machine", ({ name }) => name],
	["address", ({ address, port }) => `${address}:${port}`],
	["trust", ({ trust, excluded }) => (excluded ? `${trust}, excluded` : trust)],
	["presence", ({ presence }) => presenceWord(presence)],
	["groups", ({ groups }) => groups.join(",")],
	["site", ({ site }) => site ?? ""],
	["host key", ({ host_keys }) => host_keys.join(" ")],
];

/** "unreachable (FS-SSH-AUTH)": what exactly was seen is a sentence, which `show` and `why` tell. */
function presenceWord(presence: string): string {
	const [word = "", seen] = presence.split(/: (.*)/s);
	return seen === undefined ? word : `${word} ${/\(FS-[A-Z0-9-]+\)$/.exec(seen)?.[0] ?? ""}`.trimEnd();
}

async function show(context: Context, name: string, { json }: JsonOption): Promise<void> {
	const { terminal } = context;
	const row = await withClient(context, (client) => client.get(`machines/${segment(name)}`, machineRow));
	if (json) terminal.printJson(row);
	else terminal.print(renderMachine(row));
}

async function forget(context: Context, name: string, { json }: JsonOption): Promise<void> {
	const path = `machines/${segment(name)}/forget`;
	const answer = await withClient(context, (client) => client.post(path, { by: operatorName() }, acted));
	if (json) context.terminal.printJson(answer);
	else context.terminal.print(`${printable(name)} forgotten`);
}
