import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request as overHttp } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import { Tokens } from "../../src/console/api/tokens.ts";
import { type Furnished, furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

const api = { host: "127.0.0.1", port: 0, allowedHosts: ["127.0.0.1"], origins: [] };
const PATIENCE_MS = 30_000;
let folder = "";
let furnished: Furnished;
/** What the tokens take for the time. */
let now = Date.now();

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-stream-"));
	furnished = furnish(folder, new MemoryCockpit());
});
after(async () => {
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

async function listening() {
	const { desks, journal, record } = furnished;
	const tokens = new Tokens({ table: journal.tokens, record, now: () => now });
	const log = pino({ level: "silent" });
	const server = await buildServer({ desks: { ...desks, tokens }, log, guarding: { api, tokens }, url: () => null });
	const url = await server.listen({ host: "127.0.0.1", port: 0 });
	return { server, tokens, url };
}

/** Once the stream has begun: what it says until it ends. */
async function follow(url: string, token: string) {
	const signal = AbortSignal.timeout(PATIENCE_MS);
	const answer = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` }, signal });
	assert.equal(answer.status, 200);
	const text = async () => {
		let told = "";
		for await (const chunk of answer.body ?? []) told += Buffer.from(chunk).toString();
		return told;
	};
	/** Until it has said that. */
	const until = async (words: RegExp) => {
		let told = "";
		for await (const chunk of answer.body ?? []) {
			told += Buffer.from(chunk).toString();
			if (words.test(told)) return told;
		}
		throw new Error(`the stream ended: ${told}`);
	};
	return { text, until };
}

test("who follows with a token that is revoked or has run out is told nothing more, and the others go on", async (t) => {
	const { server, tokens, url } = await listening();
	t.after(() => server.close());
	const made = (name: string, lifetimeMs: number | null) =>
		tokens.make({ name, role: "viewer", lifetimeMs, by: "root" })?.token ?? "";
	const [leaver, guest, stayer] = [made("leaver", null), made("guest", 60_000), made("stayer", null)];
	const [left, ran, stays] = await Promise.all([leaver, guest, stayer].map((token) => follow(url, token)));
	tokens.revoke(leaver.slice(4, 12), "root");
	assert.doesNotMatch((await left?.text()) ?? "", /revoke_token/, "not even of its own end");
	now += 60_001;
	furnished.record([{ kind: "Paused", policy: null, by: "eve", reason: "audit", at: now }]);
	const told = (await ran?.text()) ?? "";
	assert.match(told, /revoke_token/, "what came before its end");
	assert.doesNotMatch(told, /"act":"pause"/);
	assert.match((await stays?.until(/"act":"pause"/)) ?? "", /revoke_token/);
});

test("who only asks whether there is a stream is not kept waiting for its end", async (t) => {
	const { server, tokens, url } = await listening();
	t.after(() => server.close());
	const token = tokens.make({ name: "prober", role: "viewer", lifetimeMs: null, by: "root" })?.token;
	const headers = { authorization: `Bearer ${token}` };
	const asking = overHttp(`${url}/api/v1/events`, { method: "HEAD", headers }).end();
	const [answer] = await once(asking, "response", { signal: AbortSignal.timeout(PATIENCE_MS) });
	answer.resume();
	await once(answer, "end", { signal: AbortSignal.timeout(PATIENCE_MS) });
	assert.equal(answer.statusCode, 404);
});
