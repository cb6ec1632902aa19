import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { furnish } from "../console/desks.ts";
import type { MemoryCockpit } from "../console/memory-cockpit.ts";

const api = { host: "127.0.0.1", port: 0, allowedHosts: ["127.0.0.1"], origins: [] };

/** The dashboard over a cockpit that is made up. */
export async function serveModel(cockpit: MemoryCockpit) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-model-"));
	const { desks, journal, record } = furnish(folder, cockpit);
	const server = await buildServer({
		desks,
		log: pino({ level: "silent" }),
		guarding: { api, tokens: desks.tokens },
		url: () => null,
	});
	const url = await server.listen({ host: "127.0.0.1", port: 0 });
	const makeToken = (name: string, role: Role = "admin") =>
		desks.tokens.make({ name, role, lifetimeMs: null, by: "root" })?.token ?? "";
	const token = makeToken("eve");
	const stop = async () => {
		await server.close();
		journal.close();
		await rm(folder, { recursive: true });
	};
	return { url, token, makeToken, record, stop };
}
