import { type Context, type JsonOption, withClient } from "./context.ts";

/** Asks the daemon and prints what it says: for people, or as it came. */
export async function show<T>(
	context: Context,
	path: string,
	{ json }: JsonOption,
	render: (answer: T, style: Context["terminal"]["style"]) => string,
): Promise<void> {
	const answer = await withClient(context, (client) => client.get<T>(path));
	if (json) context.terminal.printJson(answer);
	else context.terminal.print(render(answer, context.terminal.style));
}
