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

/** The dashboard's few files, read once: what is not one of them is not there, whatever the path says. */
export async function addDashboardRoutes(server: Api, folder: string): Promise<void> {
	const files = new Map<string, { readonly type: string; readonly body: Buffer }>();
	for (const [name, type] of Object.entries(TYPES)) {
		const body = await readFile(join(folder, name)).catch(() => null);
		if (body) files.set(name, { type, body });
	}
	const config = { role: "viewer" as const };
	const schema = { hide: true };
	const params = z.object({ file: z.string() });
	server.get("/", { config, schema }, async (_request, reply) => send("index.html", reply));
	server.get("/assets/:file", { config, schema: { ...schema, params } }, async (request, reply) =>
		send(request.params.file, reply),
	);

	function send(name: string, reply: FastifyReply): FastifyReply {
		const file = files.get(name);
		if (!file) return reply.code(404).send(problem("FS-API-REQUEST", `${name} is not there: npm run build:dashboard`));
		return reply.type(file.type).send(file.body);
	}
}
