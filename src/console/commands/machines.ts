import type { Command } from "commander";
import { ERROR_CODES } from "../../model/error-codes.ts";
import type { HostKey } from "../../model/machine.ts";
import type { MachineRow } from "../cockpit.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { renderMachine } from "../render-machine.ts";
import { table } from "../table.ts";
import { ask } from "./ask.ts";
import { addCleanCommand } from "./clean.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, segment, withClient } from "./context.ts";

interface ApproveOptions extends JsonOption {
	readonly fingerprint?: string;
	readonly yes?: boolean;
}

/** The machines that were found, and who of them may take part. */
export function addMachineCommands(program: Command, context: Context): void {
	const machines = program
		.command("machines")
		.description("list the machines that were found or listed")
		.option(...JSON_OPTION)
		.action((options: JsonOption) => list(context, options));
	machines
		.command("list")
		.description("the same as `fleetseed machines`")
		.option(...JSON_OPTION)
		.action((_options: JsonOption, command: Command) => list(context, command.optsWithGlobals()));
	machines
		.command("show")
		.description("show a machine: who it is, how it is reached, and what it said of itself, with the time")
		.argument("<name>")
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
			approve(context, name, command.optsWithGlobals()),
		);
	addCleanCommand(machines, context);
	machines
		.command("forget")
		.description("forget a machine and its approval")
		.argument("<machine>")
		.option(...JSON_OPTION)
		.action((name: string, _options: JsonOption, command: Command) => forget(context, name, command.optsWithGlobals()));
}

async function list(context: Context, { json }: JsonOption): Promise<void> {
	const { terminal } = context;
	const rows = await withClient(context, (client) => client.get<readonly MachineRow[]>("machines"));
	if (json) return terminal.printJson(rows);
	if (rows.length === 0)
		return terminal.print("no machines yet: they appear as they announce themselves over mDNS, or from the inventory");
	const cells = rows.map((row) => [
		row.name,
		`${row.address}:${row.port}`,
		row.excluded ? `${row.trust}, excluded` : row.trust,
		row.presence,
		row.groups.join(","),
		row.site ?? "",
		row.host_keys.join(" "),
	]);
	terminal.print(
		table(["machine", "address", "trust", "presence", "groups", "site", "host key"], cells, terminal.style),
	);
}

async function show(context: Context, name: string, { json }: JsonOption): Promise<void> {
	const { terminal } = context;
	const row = await withClient(context, (client) => client.get<MachineRow>(`machines/${segment(name)}`));
	if (json) terminal.printJson(row);
	else terminal.print(renderMachine(row));
}

async function approve(context: Context, name: string, options: ApproveOptions): Promise<void> {
	const { terminal, exit } = context;
	await withClient(context, async (client) => {
		const shown = await client.get<HostKey>(`machines/${segment(name)}/host-key`);
		const refusal = await refuse(context, name, shown, options);
		if (refusal !== null) return exit(refusal);
		await client.post(`machines/${segment(name)}/approve`, { by: operatorName(), host_key: shown });
		if (options.json) terminal.printJson({ machine: name, host_key: shown });
		else terminal.print(`${printable(name)} approved: ${shown.type} ${shown.fingerprint}`);
	});
}

/** null: go on. Else the exit code, with the reason told. */
async function refuse(
	{ terminal }: Context,
	name: string,
	shown: HostKey,
	options: ApproveOptions,
): Promise<number | null> {
	if (options.fingerprint !== undefined && options.fingerprint !== shown.fingerprint) {
		const message = `${name} shows ${shown.type} ${shown.fingerprint}, not ${options.fingerprint}; it is not approved`;
		terminal.complain({ code: "FS-MACHINE-FINGERPRINT", message, hint: ERROR_CODES["FS-MACHINE-FINGERPRINT"] });
		return EXIT.badNews;
	}
	if (options.fingerprint !== undefined || options.yes) return null;
	const key = `${printable(name)} shows ${shown.type} ${shown.fingerprint}`;
	if (!terminal.isInteractive) {
		const hint = `Compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then: fleetseed machines approve ${printable(name)} --fingerprint ${shown.fingerprint}`;
		terminal.complain({ code: "FS-MACHINE-FINGERPRINT", message: key, hint });
		return EXIT.usage;
	}
	return (await ask(`${key}\nPin this key? [y/N] `)) ? null : EXIT.badNews;
}

async function forget(context: Context, name: string, { json }: JsonOption): Promise<void> {
	const path = `machines/${segment(name)}/forget`;
	const answer = await withClient(context, (client) => client.post<object>(path, { by: operatorName() }));
	if (json) context.terminal.printJson(answer);
	else context.terminal.print(`${printable(name)} forgotten`);
}
