import { hostname } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { roles, tokenDays, tokenMade, tokenRow } from "../answers/tokens.ts";
import { printable, printableLines } from "../printable.ts";
import { table } from "../table.ts";
import { useOfToken } from "../use-of-token.ts";
import { type Context, JSON_OPTION, type JsonOption, operatorName, segment, withClient } from "./context.ts";

interface CreateOptions extends JsonOption {
	readonly role: string;
	readonly days?: number;
}

const ROLES =
	"viewer looks, operator steers too, approver approves but does not steer, admin does all of that and makes tokens";

/** Who may use the API and the dashboard over TCP. */
export function addTokenCommands(program: Command, context: Context): void {
	const token = program.command("token").description("who may use the API and the dashboard over TCP, as what");
	token
		.command("create")
		.description("make a token; it is printed this once, and only its digest is kept")
		.argument("<name>", "who will act with it: it goes into the journal, and two approvals take two names")
		.addOption(new Option("--role <role>", ROLES).choices(roles.options).makeOptionMandatory())
		.option("--days <number>", "how long it counts (default: until it is revoked)", days)
		.option(...JSON_OPTION)
		.action((name: string, options: CreateOptions) => create(context, name, options));
	token
		.command("list")
		.description("the tokens, newest first; never the secrets")
		.option(...JSON_OPTION)
		.action((options: JsonOption) => list(context, options));
	token
		.command("revoke")
		.description("let a token count no longer, from this moment on")
		.argument("<id>", "as `fleetseed token list` shows it")
		.option(...JSON_OPTION)
		.action((id: string, options: JsonOption) => revoke(context, id, options));
}

function days(text: string): number {
	const read = tokenDays.safeParse(/^\d+$/.test(text) ? Number(text) : text);
	if (read.success) return read.data;
	throw new InvalidArgumentError(`${read.error.issues[0]?.message}.`);
}

async function create(context: Context, name: string, { role, days, json }: CreateOptions): Promise<void> {
	const body = { name, role, by: operatorName(), ...(days === undefined ? {} : { days }) };
	const made = await withClient(context, (client) => client.post("tokens", body, tokenMade));
	if (json) context.terminal.printJson(made);
	else {
		context.terminal.print(made.token);
		context.terminal.advise(printableLines(useOfToken(made.url, hostname())));
	}
}

async function list({ terminal, ...context }: Context, { json }: JsonOption): Promise<void> {
	const rows = await withClient({ terminal, ...context }, (client) => client.get("tokens", tokenRow.array()));
	if (json) return terminal.printJson(rows);
	if (rows.length === 0) return terminal.print("no tokens: the API is used over its unix socket alone");
	const cells = rows.map(({ id, name, role, made_by, made_at, expires_at, revoked_at }) => {
		const state = revoked_at ? `revoked ${day(revoked_at)}` : expires_at ? `until ${day(expires_at)}` : "";
		return [id, name, role, `${made_by}, ${day(made_at)}`, state].map(printable);
	});
	return terminal.print(table(["id", "name", "role", "made", ""], cells, terminal.style));
}

async function revoke(context: Context, id: string, { json }: JsonOption): Promise<void> {
	const path = `tokens/${segment(id)}/revoke`;
	const row = await withClient(context, (client) => client.post(path, { by: operatorName() }, tokenRow));
	if (json) context.terminal.printJson(row);
	else context.terminal.print(printable(`the token of ${row.name} counts no longer`));
}

function day(at: string): string {
	return at.slice(0, 10);
}
