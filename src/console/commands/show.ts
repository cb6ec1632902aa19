import type { z } from "zod";
import type { Says } from "../says.ts";
import { type Context, type JsonOption, withClient } from "./context.ts";

interface Asked<Answer> {
	readonly path: string;
	/** What is answered. */
	readonly answer: Answer;
}

/** Asks the daemon and prints what it says: for people, or as it came. */
export async function show<Answer extends z.ZodType>(
	context: Context,
	{ path, answer: schema }: Asked<Answer>,
	{ json }: JsonOption,
	render: (answer: Says<Answer>, style: Context["terminal"]["style"]) => string,
): Promise<void> {
	const answer = await withClient(context, (client) => client.get(path, schema));
	if (json) context.terminal.printJson(answer);
	else context.terminal.print(render(answer, context.terminal.style));
}
