import type { Command } from "commander";
import { printable } from "../printable.ts";
import { EXIT } from "../terminal.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, segment, withClient } from "./context.ts";

/** Commands that change what the daemon does; each is an event with who asked. */
export function addSteerCommands(program: Command, context: Context): void {
	program
		.command("pause")
		.description("start nothing new until `fleetseed resume`; what is in flight ends")
		.option("--reason <text>", "why, for the journal", "")
		.option(...JSON_OPTION)
		.action((options: JsonOption & { reason: string }) =>
			act(
				context,
				options,
				"pause",
				{ reason: options.reason },
				"paused: nothing new starts; go on with: fleetseed resume",
			),
		);
	program
		.command("resume")
		.description("go on after a pause")
		.option(...JSON_OPTION)
		.action((options: JsonOption) => act(context, options, "resume", {}, "resumed"));
	program
		.command("retry")
		.description("try a failed or waiting machine again now, or a package that was refused")
		.argument("[machine]")
		.option("--package <sha256>", "a package by its SHA-256 instead of a machine")
		.option(...JSON_OPTION)
		.action((machine: string | undefined, options: JsonOption & { package?: string }) =>
			retry(context, machine, options),
		);
	program
		.command("reload")
		.description("read policies, inventory and known hosts again")
		.option(...JSON_OPTION)
		.action((options: JsonOption) => reload(context, options));
}

async function act(context: Context, { json }: JsonOption, path: string, body: object, done: string): Promise<void> {
	const answer = await withClient(context, (client) => client.post<object>(path, { by: operatorName(), ...body }));
	if (json) context.terminal.printJson(answer);
	else context.terminal.print(done);
}

async function retry(
	context: Context,
	machine: string | undefined,
	options: JsonOption & { package?: string },
): Promise<void> {
	const path = options.package
		? `packages/${segment(options.package)}/retry`
		: machine && `machines/${segment(machine)}/retry`;
	if (path) return act(context, options, path, {}, "it is tried again now; see: fleetseed status");
	context.terminal.complain({
		code: "FS-API-REQUEST",
		message: "retry: name a machine or a package",
		hint: "fleetseed retry MACHINE, or fleetseed retry --package SHA256",
	});
	context.exit(EXIT.usage);
}

async function reload(context: Context, { json }: JsonOption): Promise<void> {
	const { problems } = await withClient(context, (client) =>
		client.post<{ problems: readonly string[] }>("reload", {}),
	);
	if (json) context.terminal.printJson({ problems });
	else {
		for (const problem of problems) context.terminal.print(printable(problem));
		context.terminal.print(problems.length === 0 ? "reloaded" : "reloaded; what has problems stays as it was");
	}
	if (problems.length > 0) context.exit(EXIT.badNews);
}
