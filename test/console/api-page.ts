import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import { furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

/** docs/api.md, whose table is made from the API's own description. */
export const PAGE = new URL("../../docs/api.md", import.meta.url).pathname;

const ROUTES = /(?<=<!-- routes -->\n)[\s\S]*(?=<!-- end of routes -->)/;
const ANSWERS = /(?<=<!-- answers -->\n)[\s\S]*(?=<!-- end of answers -->)/;

interface Schema {
	readonly $ref?: string;
	readonly type?: string | readonly string[];
	readonly description?: string;
	readonly enum?: readonly unknown[];
	readonly const?: unknown;
	readonly items?: Schema;
	readonly anyOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
	readonly summary?: string;
	readonly "x-role"?: string;
	readonly responses?: Readonly<
		Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
	>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** The page with its tables as they should be. */
export async function pageWithRoutes(page: string): Promise<string> {
	const { paths, schemas } = await description();
	return page.replace(ROUTES, () => routesTable(paths)).replace(ANSWERS, () => answerTables(schemas));
}

async function description() {
	const folder = mkdtempSync(join(tmpdir(), "fleetseed-page-"));
	const { desks, journal } = furnish(folder, new MemoryCockpit());
	const server = await buildServer({ desks, log: pino({ level: "silent" }), guarding: null, url: () => null });
	const { paths, components } = JSON.parse(JSON.stringify(server.swagger()));
	await server.close();
	journal.close();
	rmSync(folder, { recursive: true });
	return { paths: paths as Paths, schemas: components.schemas as Readonly<Record<string, Schema>> };
}

function routesTable(paths: Paths): string {
	const rows = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods)
			.filter(([method]) => method !== "head")
			.map(([method, { summary = "", responses, ...said }]) => {
				const answer = typeOf(responses?.["200"]?.content?.["application/json"]?.schema ?? {});
				return `| \`${method.toUpperCase()} ${path}\` | ${said["x-role"]} | ${answer} | ${summary} |`;
			}),
	);
	return `${["| route | role | answers | |", "|---|---|---|---|", ...rows.sort()].join("\n")}\n`;
}

/** Each schema that is answered, or sent, by its name. */
function answerTables(schemas: Readonly<Record<string, Schema>>): string {
	return Object.entries(schemas)
		.sort(([a], [b]) => a.localeCompare(b))
		.map(([name, schema]) => `### ${name}\n\n${schemaText(schema)}`)
		.join("\n");
}

function schemaText(schema: Schema): string {
	const { description, properties } = schema;
	const told = description ? `${description}\n\n` : "";
	if (!properties) return `${told}${typeOf({ ...schema, description: "" })}\n`;
	return `${told}| key | type | |\n|---|---|---|\n${keyRows(properties, "").join("")}`;
}

function keyRows(properties: Readonly<Record<string, Schema>>, prefix: string): readonly string[] {
	return Object.entries(properties).flatMap(([key, schema]) => {
		const own = withoutNull(schema);
		const [list, inner] = own.items ? ["[]", own.items] : ["", own];
		const type = typeOf(schema).replaceAll("|", "\\|");
		const text = (schema.description ?? "").replaceAll("|", "\\|").replaceAll("\n", " ");
		const row = `| \`${prefix}${key}\` | ${type} | ${text} |\n`;
		return [row, ...(inner.properties ? keyRows(inner.properties, `${prefix}${key}${list}.`) : [])];
	});
}

function withoutNull(schema: Schema): Schema {
	return schema.anyOf?.find(({ type }) => type !== "null") ?? schema;
}

function typeOf(schema: Schema): string {
	const name = schema.$ref?.split("/").at(-1);
	if (name) return `[${name}](#${name.toLowerCase()})`;
	if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
	if (schema.enum) return schema.enum.map((each) => `\`${each}\``).join(", ");
	if (schema.const !== undefined) return `\`${schema.const}\``;
	if (schema.items) return `list of ${typeOf(schema.items)}`;
	return [schema.type ?? []].flat().join(" or ");
}
