import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import { furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

/** docs/api.md, whose table is made from the API's own description. */
export const PAGE = new URL("../../docs/api.md", import.meta.url).pathname;

const [FROM, TO] = ["<!-- routes -->", "<!-- end of routes -->"];

interface Operation {
	readonly summary?: string;
	readonly tags?: readonly string[];
	readonly "x-role"?: string;
}

/** The page with the table as it should be. */
export async function pageWithRoutes(page: string): Promise<string> {
	const [head = ""] = page.split(FROM);
	const rest = page.split(TO)[1] ?? "";
	return `${head}${FROM}\n${await table()}\n${TO}${rest}`;
}

async function table(): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), "fleetseed-page-"));
	const { desks, journal } = furnish(folder, new MemoryCockpit());
	const server = await buildServer({ desks, log: pino({ level: "silent" }), guarding: null });
	const rows = Object.entries(server.swagger().paths ?? {}).flatMap(([path, methods]) =>
		Object.entries((methods ?? {}) as Record<string, Operation>)
			.filter(([method]) => method !== "head")
			.map(([method, { summary = "", ...said }]) => {
				return `| \`${method.toUpperCase()} ${path}\` | ${said["x-role"]} | ${summary} |`;
			}),
	);
	await server.close();
	journal.close();
	rmSync(folder, { recursive: true });
	return ["| route | role | |", "|---|---|---|", ...rows.sort()].join("\n");
}

if (process.argv[1] === import.meta.filename) writeFileSync(PAGE, await pageWithRoutes(readFileSync(PAGE, "utf8")));
