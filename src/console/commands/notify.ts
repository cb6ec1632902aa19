import type { Command } from "commander";
import { noticeTest } from "../answers/notices.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, withClient } from "./context.ts";

/** Webhooks and mail. */
export function addNotifyCommands(program: Command, context: Context): void {
	const notify = program.command("notify").description("webhooks and mail that tell what happens");
	notify
		.command("test")
		.description("send a notice now, to see whether it arrives")
		.argument("[sink]", "which webhook or mail of the configuration (default: each)")
		.option(...JSON_OPTION)
		.action((sink: string | undefined, options: JsonOption) => test(context, sink, options));
}

async function test(context: Context, sink: string | undefined, { json }: JsonOption): Promise<void> {
	const { terminal, exit } = context;
	const body = { by: operatorName(), ...(sink === undefined ? {} : { sink }) };
	const tested = await withClient(context, (client) => client.post("notices/test", body, noticeTest.array()));
	if (json) terminal.printJson(tested);
	else
		for (const { sink: name, failure } of tested) {
			const { good, bad } = terminal.style;
			terminal.print(failure === null ? good(`${name}: sent`) : bad(printable(`${name}: not sent: ${failure}`)));
		}
	if (tested.some(({ failure }) => failure !== null)) exit(EXIT.badNews);
}
