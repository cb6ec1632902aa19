import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { sessionCookie } from "../../src/console/api/guard.ts";
import { bearer, HOST, openGuardedApi } from "./guarded-api.ts";

const { furnished, server, tokens, made, ask, close } = await openGuardedApi();
after(close);

test("a person whose token is refused is told so on the form, and not in JSON", async () => {
	const form = { "content-type": "application/x-www-form-urlencoded", origin: `http://${HOST}` };
	const answer = await server.inject({
		method: "POST",
		url: "/",
		remoteAddress: "10.9.9.8",
		headers: { host: HOST, ...form },
		payload: "token=fst_nonsense",
	});
	assert.equal(answer.statusCode, 401);
	assert.match(String(answer.headers["content-type"]), /^text\/html/);
	assert.match(answer.body, /<form method="post"[\s\S]*<p role="alert"><b>This token does not count[^<]*<\/b><\/p>/);
	assert.equal(answer.headers["set-cookie"], undefined);
});

test("a person with a cookie that counts no longer, who has tried too often, is told so on the page", async () => {
	const look = (url: string) =>
		server.inject({
			method: "GET",
			url,
			remoteAddress: "10.9.9.7",
			headers: { host: HOST, cookie: "fleetseed=fst_gone" },
		});
	for (let time = 0; time < 31; time++) await look("/api/v1/status");
	const page = await look("/");
	assert.equal(page.statusCode, 429);
	assert.match(String(page.headers["content-type"]), /^text\/html/);
	assert.match(page.body, /<form method="post"[\s\S]*Too many tries/);
	assert.equal((await look("/api/v1/status")).json().code, "FS-API-RATE");
});

test("a browser logs in by a form, and its cookie is kept from scripts and from other sites", async () => {
	const form = { "content-type": "application/x-www-form-urlencoded", origin: `http://${HOST}` };
	const answer = await server.inject({
		method: "POST",
		url: "/",
		remoteAddress: "10.9.9.9",
		headers: { host: HOST, ...form },
		payload: `token=${tokens.viewer}`,
	});
	assert.equal(answer.statusCode, 303);
	const [cookie = ""] = [answer.headers["set-cookie"]].flat();
	assert.match(String(cookie), /^fleetseed=fst_\S+; Path=\/; HttpOnly; SameSite=Strict$/);
	assert.match(sessionCookie("fst_", true), /; Secure$/, "over TLS it stays there");
	const session = await ask({ method: "GET", url: "/api/v1/session" }, { cookie: String(cookie).split(";")[0] ?? "" });
	assert.deepEqual(session.json(), { name: "viewer", role: "viewer" });
	const left = await ask({ method: "DELETE", url: "/api/v1/session" }, bearer(tokens.viewer));
	assert.equal(left.headers["set-cookie"], "fleetseed=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
});

test("a token that is in use counts no longer once it is revoked", async () => {
	const token = made("leaver", "viewer");
	const asks = async () => (await ask({ method: "GET", url: "/api/v1/session" }, bearer(token))).statusCode;
	assert.deepEqual([await asks(), await asks()], [200, 200]);
	furnished.desks.tokens.revoke(token.slice(4, 12), "root");
	assert.equal(await asks(), 401);
});

test("who comes again after a token has run out gets another one of the same name, and the one before never counts again", async () => {
	const before = made("guest", "viewer", -1);
	const { id } = furnished.desks.tokens.make({ name: "guest", role: "viewer", lifetimeMs: null, by: "root" }) ?? {};
	assert.ok(id);
	const guests = furnished.desks.tokens.list().filter(({ name }) => name === "guest");
	assert.deepEqual(
		new Map(guests.map((each) => [each.id, each.revoked_at !== null])),
		new Map([
			[id, false],
			[before.slice(4, 12), true],
		]),
	);
});

test("whoever tries out tokens is stopped, and the others go on", async () => {
	const from = (remoteAddress: string, token: string) =>
		server.inject({ url: "/api/v1/plan", remoteAddress, headers: { host: HOST, ...bearer(token) } });
	const codes = [];
	for (let guess = 0; guess < 40; guess += 1) codes.push((await from("10.8.8.8", `guess${guess}`)).statusCode);
	assert.equal(codes[0], 401);
	assert.equal(codes.at(-1), 429);
	assert.equal((await from("10.8.8.9", String(tokens.viewer))).statusCode, 200);
	const login = (remoteAddress: string) =>
		server.inject({
			method: "POST",
			url: "/api/v1/session",
			remoteAddress,
			headers: { host: HOST },
			payload: { token: "guess" },
		});
	assert.equal((await login("10.8.8.8")).statusCode, 429, "nor by logging in");
	assert.equal((await login("10.8.8.9")).statusCode, 401);
});

test("who has a whole network of IPv6 addresses has no more guesses for it, and the next network has its own", async () => {
	const from = async (remoteAddress: string) =>
		(await server.inject({ url: "/api/v1/plan", remoteAddress, headers: { host: HOST, ...bearer("guess") } }))
			.statusCode;
	const codes = [];
	for (let guess = 0; guess < 40; guess += 1) codes.push(await from(`2001:db8:0:7:${guess.toString(16)}::1`));
	assert.equal(codes.indexOf(429), 30);
	assert.equal(await from("2001:db8:0:8::1"), 401);
});

test("a token that asks without end is stopped, from whatever address, and the others go on", async (t) => {
	// The minute does not pass, however slow the machine is.
	t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
	const busy = bearer(made("busy", "viewer"));
	const session = { method: "GET", url: "/api/v1/session" };
	const codes = [];
	for (let asked = 0; asked < 6_001; asked += 1) codes.push((await ask(session, busy)).statusCode);
	assert.deepEqual(codes.indexOf(429), 6_000);
	assert.equal((await ask(session, bearer(tokens.viewer))).statusCode, 200);
	t.mock.timers.tick(60_001);
	assert.equal((await ask(session, busy)).statusCode, 200, "a minute later it may again");
});

test("a token is nowhere in the journal's file, and its making and its end are in the journal", async () => {
	const token = made("ci", "operator");
	furnished.desks.tokens.revoke(token.slice(4, 12), "eve");
	await furnished.desks.onDisk();
	const lines = furnished.desks.audit.lines({ limit: 2 });
	assert.deepEqual(
		lines.map(({ act, who, detail }) => [act, who, detail]),
		[
			["make_token", "root", `token ${token.slice(4, 12)} of ci as operator`],
			["revoke_token", "eve", `token ${token.slice(4, 12)} of ci`],
		],
	);
	const secret = token.slice(13);
	const bytes = Buffer.concat(["", "-wal"].map((suffix) => readFileSync(`${furnished.file}${suffix}`)));
	assert.ok(bytes.includes(token.slice(4, 12)), "what is kept of the token is there");
	assert.ok(!bytes.includes(secret), "and its secret is not");
	for (const kept of [JSON.stringify(lines), JSON.stringify(furnished.journal.tokens.list())])
		assert.ok(!kept.includes(secret));
	assert.equal(furnished.desks.tokens.make({ name: "viewer", role: "admin", lifetimeMs: null, by: "eve" }), null);
});
