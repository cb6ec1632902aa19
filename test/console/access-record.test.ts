import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pino } from "pino";
import { AccessRecord } from "../../src/console/api/access-record.ts";
import { buildServer } from "../../src/console/api/build-server.ts";
import type { Api } from "../../src/console/api/routes.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { type Furnished, furnish } from "./desks.ts";
import { GOOD_KEY, MemoryCockpit, REVISION } from "./memory-cockpit.ts";

const api = { host: "127.0.0.1", port: 0, allowedHosts: ["localhost"], origins: [] };
const APPROVE = "/api/v1/policies/office/approve";
const cockpit = new MemoryCockpit();
let folder = "";
let furnished: Furnished;
let tcp: Api;
let socket: Api;
let now = Date.parse("2026-11-23T10:00:00Z");

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-access-record-"));
	furnished = furnish(folder, cockpit);
	const { record } = furnished;
	const desks = { ...furnished.desks, access: new AccessRecord({ record, now: () => now }) };
	const log = pino({ level: "silent" });
	tcp = await buildServer({ desks, log, guarding: { api, tokens: desks.tokens }, url: () => null });
	socket = await buildServer({ desks, log, guarding: null, url: () => null });
});
beforeEach(() => {
	cockpit.answer = { kind: "done", message: "so be it" };
});
after(async () => {
	await Promise.all([tcp.close(), socket.close()]);
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

function made(name: string, role: Role): string {
	const token = furnished.desks.tokens.make({ name, role, lifetimeMs: null, by: "root" })?.token;
	assert.ok(token);
	return token;
}

async function post(server: Api, url: string, token: string | null, payload: object = {}, remoteAddress = "10.0.0.7") {
	const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
	return server.inject({
		method: "POST",
		url,
		remoteAddress,
		headers: { host: "localhost", ...authorization },
		payload,
	});
}

/** What the audit has got since. */
async function linesOf(act: () => Promise<unknown>) {
	await furnished.desks.onDisk();
	const from = furnished.desks.audit.lastSeq();
	await act();
	await furnished.desks.onDisk();
	const lines = furnished.desks.audit.lines({ after: from, limit: 1000 });
	return lines.map(({ who, act, outcome, policy, machine, detail }) => {
		return [who, act, outcome, policy ?? machine ?? "-", detail.replace(/[0-9a-f]{8}(?=[: ])/, "ID")].join(" | ");
	});
}

test("an order that its role, its name or the fleet forbids is a line of the audit: whose, what, and why not", async () => {
	const eve = made("eve", "operator");
	const bob = made("bob", "approver");
	const lines = await linesOf(async () => {
		await post(tcp, APPROVE, eve, { revision: REVISION });
		await post(tcp, "/api/v1/resume", eve, { by: "bob" });
		cockpit.answer = { kind: "refused", failure: { code: "FS-API-REQUEST", detail: "bob is not among the approvers" } };
		await post(tcp, APPROVE, bob, { revision: REVISION });
		await post(tcp, "/api/v1/machines/mill-01/approve", eve, { host_key: GOOD_KEY });
	});
	assert.deepEqual(lines, [
		`eve | order | FS-API-ROLE | office | refused: POST ${APPROVE}, token ID: eve is operator, and this takes approver`,
		"eve | order | FS-API-ROLE | - | refused: POST /api/v1/resume, token ID: body/by: the token is of eve, who cannot act as bob",
		`bob | order | FS-API-REQUEST | office | refused: POST ${APPROVE}, token ID: bob is not among the approvers`,
		"eve | order | FS-API-ROLE | mill-01 | refused: POST /api/v1/machines/mill-01/approve, token ID: eve is operator, and this takes approver",
	]);
});

test("what is refused on the unix socket is a line in the name that was said there", async () => {
	cockpit.answer = { kind: "refused", failure: { code: "FS-API-REQUEST", detail: "look again before you approve it" } };
	const lines = await linesOf(() => post(socket, APPROVE, null, { revision: REVISION, by: "root" }));
	assert.deepEqual(lines, [
		`root | order | FS-API-REQUEST | office | refused: POST ${APPROVE}: look again before you approve it`,
	]);
});

test("a login is a line with its address, and a token that counted once is one when it is tried again", async () => {
	const ann = made("ann", "viewer");
	const late = furnished.desks.tokens.make({ name: "late", role: "admin", lifetimeMs: -1, by: "root" });
	furnished.desks.tokens.revoke(made("leaver", "admin").slice(4, 12), "root");
	const leaver = made("leaver", "admin");
	furnished.desks.tokens.revoke(leaver.slice(4, 12), "root");
	const lines = await linesOf(async () => {
		await post(tcp, "/api/v1/session", null, { token: ann });
		await post(tcp, "/api/v1/session", null, { token: leaver });
		await post(tcp, "/api/v1/pause", leaver);
		await post(tcp, "/api/v1/pause", late?.token ?? "");
	});
	assert.equal(lines[0], "ann | log_in | done | - | token ID from 10.0.0.7");
	assert.match(lines[1] ?? "", /^leaver \| order \| FS-API-TOKEN .* POST \/api\/v1\/session.*: it was revoked at 2/);
	assert.match(lines[2] ?? "", /^leaver \| order \| FS-API-TOKEN .* POST \/api\/v1\/pause.*: it was revoked at 2/);
	assert.match(lines[3] ?? "", /^late \| order \| FS-API-TOKEN .*: it ran out at 2/);
	assert.equal(lines.length, 4);
});

test("a stranger writes no line, whatever is tried", async () => {
	const known = made("cat", "admin");
	const forged = `${known.slice(0, -2)}xx`;
	const lines = await linesOf(async () => {
		for (let host = 0; host < 50; host += 1)
			for (const token of [null, "nonsense", forged]) {
				await post(tcp, "/api/v1/pause", token, {}, `10.1.0.${host}`);
				await post(tcp, "/api/v1/session", null, { token: token ?? "" }, `10.1.0.${host}`);
				const origin = { origin: "https://evil.example", authorization: `Bearer ${known}`, host: "localhost" };
				await tcp.inject({ method: "POST", url: "/api/v1/pause", headers: origin, payload: {} });
			}
	});
	assert.deepEqual(lines, []);
	const counted = (await furnished.desks.metrics.text()).match(/^fleetseed_api_refusals_total.*$/gm) ?? [];
	const of = (status: number) => Number(counted.find((line) => line.includes(`"${status}"`))?.split(" ")[1]);
	assert.ok(of(401) >= 250 && of(403) >= 150, counted.join());
});

test("who is refused again and again writes thirty lines an hour, and the next one says how many there were", async () => {
	const dan = made("dan", "viewer");
	const lines = await linesOf(async () => {
		for (let order = 0; order < 100; order += 1) await post(tcp, "/api/v1/pause", dan);
		for (let order = 0; order < 100; order += 1)
			await post(tcp, "/api/v1/session", null, { token: dan }, `10.2.0.${order}`);
	});
	assert.equal(lines.length, 30, "of refusals and logins together");
	now += 3_600_000;
	const later = await linesOf(() => post(tcp, "/api/v1/pause", dan));
	assert.match(later[0] ?? "", /takes operator; 170 more before it were not written$/);
	const others = await linesOf(() => post(tcp, "/api/v1/pause", made("fay", "viewer")));
	assert.equal(others.length, 2, "nobody pays for another: the token's making, and its refusal");
});

test("who asks to see what is not theirs has ordered nothing, and a request without sense is no order", async () => {
	const gus = made("gus", "viewer");
	const lines = await linesOf(async () => {
		await tcp.inject({ url: "/api/v1/tokens", headers: { host: "localhost", authorization: `Bearer ${gus}` } });
		await post(tcp, "/api/v1/session", null, { token: 7 });
		await post(socket, "/api/v1/machines/nobody/forget", null, { by: "root" });
	});
	assert.deepEqual(lines, []);
});
