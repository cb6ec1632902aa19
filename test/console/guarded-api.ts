import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";
import { routesOf, type WalkedRoute } from "./routes-of.ts";

export const HOST = "fleet.example.org";
export const PORTAL = "https://portal.example.org";
export const ROLES: readonly Role[] = ["viewer", "operator", "approver", "admin"];

/** The API as it is over TCP, with a token of each role, and a way to ask it. */
export async function openGuardedApi() {
	const api = { host: "127.0.0.1", port: 0, allowedHosts: [HOST], origins: [PORTAL] };
	const cockpit = new MemoryCockpit();
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-access-"));
	const furnished = furnish(folder, cockpit);
	const { desks, journal } = furnished;
	const server = await buildServer({
		desks,
		log: pino({ level: "silent" }),
		guarding: { api, tokens: desks.tokens },
		url: () => null,
	});
	const made = (name: string, role: Role, lifetimeMs: number | null = null): string => {
		const token = desks.tokens.make({ name, role, lifetimeMs, by: "root" })?.token;
		assert.ok(token);
		return token;
	};
	let addresses = 0;
	/** From an address of its own each time, so that guesses of one test are not another's. */
	const ask = (
		{ method, url }: Pick<WalkedRoute, "method" | "url">,
		headers: Record<string, string> = {},
		payload?: object,
	): Promise<LightMyRequestResponse> => {
		addresses += 1;
		const remoteAddress = `10.0.${addresses >> 8}.${addresses & 255}`;
		return server.inject({
			method: method as "GET",
			url,
			remoteAddress,
			headers: { host: HOST, ...headers },
			...(payload === undefined ? {} : { payload }),
		});
	};
	const tokens = Object.fromEntries(ROLES.map((role) => [role, made(role, role)])) as Record<Role, string>;
	const close = async () => {
		await server.close();
		journal.close();
		await rm(folder, { recursive: true });
	};
	return { api, cockpit, furnished, server, routes: routesOf(server), tokens, made, ask, close };
}

export function bearer(token: string | undefined): { readonly authorization: string } {
	return { authorization: `Bearer ${token}` };
}
