import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pino } from "pino";
import type { BrowserContextOptions } from "playwright-core";
import { buildServer } from "../../src/console/api/build-server.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { furnish } from "../console/desks.ts";
import type { MemoryCockpit } from "../console/memory-cockpit.ts";
import { openBrowser, openPage } from "./browser.ts";

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

/** A browser's page over it, logged in, for the time of the test. */
export async function openModel(t: TestContext, cockpit: MemoryCockpit, options: BrowserContextOptions = {}) {
	const { stop, token, ...model } = await serveModel(cockpit);
	t.after(stop);
	const browser = await openBrowser();
	t.after(() => browser.close());
	return { ...model, ...(await openPage(browser, model.url, token, options)) };
}
