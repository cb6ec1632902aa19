import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { outputRow } from "../answers/machines.ts";
import type { OutputRow } from "../cockpit.ts";
import { printable, printableLines } from "../printable.ts";
import { type Context, JSON_OPTION, type JsonOption, segment, withClient } from "./context.ts";
import { patiently } from "./patiently.ts";
import { show } from "./show.ts";

const ASK_AGAIN_MS = 1_000;
/** As many as the daemon gives at once. */
const PAGE = 100;

interface LogsOptions extends JsonOption {
	readonly follow?: boolean;
}

type Outputs = readonly OutputRow[];
const OUTPUTS = outputRow.array();

/** What installers, scripts and hooks said on machines. */
export function addLogsCommand(program: Command, context: Context): void {
	program
		.command("logs")
		.description("what the last steps printed, on all machines or on one")
		.argument("[machine]")
		.option(
			"-f, --follow",
			"go on and print what comes, also after a restart of the daemon, until Ctrl-C; with --json one line each",
		)
		.option(...JSON_OPTION)
		.action((machine: string | undefined, options: LogsOptions) => {
			const path = machine === undefined ? "logs" : `machines/${segment(machine)}/logs`;
			return options.follow
				? follow(context, machine, { path, ...options })
				: show(context, { path, answer: OUTPUTS }, options, render);
		});
}

async function follow(
	context: Context,
	machine: string | undefined,
	{ path, json }: LogsOptions & { readonly path: string },
): Promise<void> {
	const { terminal } = context;
	const of = machine === undefined ? "" : `&machine=${segment(machine)}`;
	await withClient(context, async (client) => {
		let after = 0;
		for (let outputs = await client.get(path, OUTPUTS); ; ) {
			for (const output of outputs) {
				if (json) terminal.printJson(output);
				else terminal.print(renderOne(output));
				after = output.seq;
			}
			if (outputs.length < PAGE) await wait(ASK_AGAIN_MS);
			const next = `logs?limit=${PAGE}&after=${after}${of}`;
			// A daemon that is started again goes on with the numbers that it had.
			outputs = await patiently(context, () => client.get(next, OUTPUTS));
		}
	});
}

function render(outputs: Outputs): string {
	return outputs.length === 0 ? "no output is kept" : outputs.map(renderOne).join("\n");
}

function renderOne(output: OutputRow): string {
	const { at, machine, kind, package: name, attempt, total_bytes: totalBytes } = output;
	const heading = `${[machine, kind, name].map(printable).join(" ")}, attempt ${attempt}, ${totalBytes} bytes`;
	return `--- ${at} ${heading}\n${printableLines(body(output))}`;
}

function body({ head, tail, total_bytes: totalBytes }: OutputRow): string {
	const left = totalBytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
	return left > 0 ? `${head}\n[... ${left} bytes left out ...]\n${tail}` : head + tail;
}
