import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { problem } from "./problem.ts";
import type { Api } from "./routes.ts";

/** Beside the program, as `npm run build:dashboard` makes it. */
export const DASHBOARD_FOLDER = new URL("../../../dist/dashboard", import.meta.url).pathname;

const TYPES = {
	"index.html": "text/html; charset=utf-8",
	"app.js": "text/javascript; charset=utf-8",
	"app.css": "text/css; charset=utf-8",
	"icon.svg": "image/svg+xml",
} as const;

export interface Dashboard {
	readonly files: ReadonlyMap<string, Buffer>;
	/** A digest over them: a page that was loaded with another one runs scripts of another release. */
	readonly edition: string;
}

/** The dashboard's few files, read once. The page names its script and style with the edition, so that the script knows its own. */
export async function readDashboard(folder: string): Promise<Dashboard> {
	const files = new Map<string, Buffer>();
	for (const name of Object.keys(TYPES)) {
		const body = await readFile(join(folder, name)).catch(() => null);
		if (body) files.set(name, body);
	}
	const edition = createHash("sha256")
		.update(Buffer.concat([...files.values()]))
		.digest("hex")
		.slice(0, 16);
	const page = files
		.get("index.html")
		?.toString()
		.replace(/(?<="\/assets\/app\.\w+)(?=")/g, `?${edition}`);
	if (page !== undefined) files.set("index.html", Buffer.from(page));
	return { files, edition };
}

/** What is not one of its files is not there, whatever the path says. */
export function addDashboardRoutes(server: Api, { files }: Dashboard): void {
	const config = { role: "viewer" as const };
	const schema = { hide: true };
	const params = z.object({ file: z.string() });
	server.get("/", { config, schema }, async (_request, reply) => send("index.html", reply));
	server.get("/assets/:file", { config, schema: { ...schema, params } }, async (request, reply) =>
		send(request.params.file, reply),
	);

	function send(name: string, reply: FastifyReply): FastifyReply {
		const body = files.get(name);
		if (!body) return reply.code(404).send(problem("FS-API-REQUEST", `${name} is not there: npm run build:dashboard`));
		return reply.type(TYPES[name as keyof typeof TYPES]).send(body);
	}
}
