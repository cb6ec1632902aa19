import { userInfo } from "node:os";
import { done } from "../answers/outcome.ts";
import { Client } from "../client.ts";
import { EXIT } from "../exit-codes.ts";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";

/** What every command is given. */
export interface Context {
	readonly terminal: Terminal;
	readonly socketPath: () => string;
	readonly exit: (code: number) => void;
}

export interface JsonOption {
	readonly json?: boolean;
}

export const JSON_OPTION = ["--json", "answer in JSON, for scripts"] as const;

export interface SteerOptions extends JsonOption {
	readonly reason?: string;
}

export const REASON_OPTION = ["--reason <text>", "why, for the journal"] as const;

/** Talks to the daemon and hangs up, whatever comes of it. */
export async function withClient<T>(context: Context, talk: (client: Client) => Promise<T>): Promise<T> {
	const client = new Client(context.socketPath());
	try {
		return await talk(client);
	} finally {
		await client.close();
	}
}

/** The name that goes into the journal as who did it; a uid without a passwd entry, as in a container, is its number. */
export function operatorName(
	env: NodeJS.ProcessEnv = process.env,
	account: () => { username: string } = userInfo,
): string {
	if (env.SUDO_USER) return env.SUDO_USER;
	try {
		return account().username;
	} catch (error) {
		if (!(error instanceof Error) || Reflect.get(error, "code") !== "ERR_SYSTEM_ERROR") throw error;
		return `uid ${process.getuid?.()}`;
	}
}

/** Orders something in the operator's name, and prints what the daemon made of it. */
export async function order(
	context: Context,
	path: string,
	{ json, reason }: SteerOptions,
	more: object = {},
): Promise<void> {
	const body = { by: operatorName(), ...(reason === undefined ? {} : { reason }), ...more };
	const answer = await withClient(context, (client) => client.post(path, body, done));
	if (json) context.terminal.printJson(answer);
	else context.terminal.print(printable(answer.message));
}

/** For what the option parser cannot see: says what is wrong, and ends with the exit code of wrong usage. */
export function misused({ terminal, exit }: Context, message: string, hint: string): void {
	terminal.complain({ code: "FS-API-REQUEST", message, hint });
	exit(EXIT.usage);
}

/** A name as one segment of an API path. */
export function segment(name: string): string {
	return encodeURIComponent(name);
}
