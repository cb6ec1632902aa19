import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import { sessionCookie } from "../../src/console/api/guard.ts";
import type { Api } from "../../src/console/api/routes.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { type Furnished, furnish } from "./desks.ts";
import { GOOD_KEY, MemoryCockpit } from "./memory-cockpit.ts";
import { routesOf, type WalkedRoute } from "./routes-of.ts";

const HOST = "fleet.example.org";
const PORTAL = "https://portal.example.org";
const api = { host: "127.0.0.1", port: 0, allowedHosts: [HOST], origins: [PORTAL] };
const ROLES: readonly Role[] = ["viewer", "operator", "approver", "admin"];
const cockpit = new MemoryCockpit();
const tokens: Partial<Record<Role, string>> = {};
let folder = "";
let furnished: Furnished;
let server: Api;
let routes: readonly WalkedRoute[] = [];

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-access-"));
	furnished = furnish(folder, cockpit);
	const { desks } = furnished;
	server = await buildServer({
		desks,
		log: pino({ level: "silent" }),
		guarding: { api, tokens: desks.tokens },
		url: () => null,
	});
	routes = routesOf(server);
	for (const role of ROLES) tokens[role] = made(role, role);
});

after(async () => {
	await server.close();
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

function made(name: string, role: Role, lifetimeMs: number | null = null): string {
	const token = furnished.desks.tokens.make({ name, role, lifetimeMs, by: "root" })?.token;
	assert.ok(token);
	return token;
}

let addresses = 0;

/** From an address of its own each time, so that guesses of one test are not another's. */
function ask(
	{ method, url }: Pick<WalkedRoute, "method" | "url">,
	headers: Record<string, string> = {},
	payload?: object,
): Promise<LightMyRequestResponse> {
	addresses += 1;
	const remoteAddress = `10.0.${addresses >> 8}.${addresses & 255}`;
	return server.inject({
		method: method as "GET",
		url,
		remoteAddress,
		headers: { host: HOST, ...headers },
		...(payload === undefined ? {} : { payload }),
	});
}

function bearer(token: string | undefined): { readonly authorization: string } {
	return { authorization: `Bearer ${token}` };
}

test("the walk over the router's table finds every route, those beside the description too", () => {
	assert.ok(routes.length >= 45, `${routes.length} routes`);
	const described = Object.entries(server.swagger().paths ?? {}).flatMap(([path, methods]) =>
		Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
	);
	const walked = new Set(routes.map(({ method, pattern }) => `${method} ${pattern}`));
	assert.deepEqual(
		described.filter((each) => !walked.has(each)),
		[],
	);
});

test("every route answers 401 without a token, and with a wrong, a revoked or an expired one", async () => {
	const revoked = made("gone", "admin");
	furnished.desks.tokens.revoke(revoked.slice(4, 12), "root");
	const expired = made("late", "admin", -1);
	const forged = `${String(tokens.admin).slice(0, -2)}xx`;
	const answers = [];
	for (const route of routes)
		for (const headers of [{}, bearer("nonsense"), bearer(forged), bearer(revoked), bearer(expired)]) {
			const payload = route.method === "POST" ? { token: forged } : undefined;
			const answer = await ask(route, headers, payload);
			answers.push(answer.statusCode);
			assert.equal(answer.statusCode, 401, `${route.method} ${route.url} ${JSON.stringify(headers)}`);
			assert.doesNotMatch(answer.body, /mill-01|waiting_for/);
		}
	assert.equal(answers.length, routes.length * 5);
	assert.deepEqual(cockpit.orders, []);
});

/** What each route takes, written down once more, so that a slip of the hand in one of them is seen. */
const NEEDS: readonly (readonly [RegExp, Role])[] = [
	[/^POST \/api\/v1\/policies\/:name\/approve$/, "approver"],
	[/^POST \/api\/v1\/machines\/:name\/(approve|forget)$/, "approver"],
	[/^(GET|HEAD|POST) \/api\/v1\/tokens/, "admin"],
	[/^(POST|DELETE) \/(api\/v1\/session)?$/, "viewer"],
	[/^POST /, "operator"],
	[/^(GET|HEAD) /, "viewer"],
];
const GRANTS: Readonly<Record<Role, readonly Role[]>> = {
	viewer: ["viewer"],
	operator: ["viewer", "operator"],
	approver: ["viewer", "approver"],
	admin: ROLES,
};

test("each role may use the routes of its own, and no other", async () => {
	let allowed = 0;
	let refused = 0;
	for (const route of routes.filter(({ pattern }) => pattern !== "/api/v1/events"))
		for (const role of ROLES) {
			const isLogin = route.method === "POST" && ["/api/v1/session", "/"].includes(route.pattern);
			const needs = NEEDS.find(([pattern]) => pattern.test(`${route.method} ${route.pattern}`))?.[1] ?? "admin";
			const payload = isLogin ? { token: tokens[role] } : route.method === "POST" ? {} : undefined;
			const { statusCode, body } = await ask(route, bearer(tokens[role]), payload);
			const isAllowed = GRANTS[role].includes(needs);
			if (isAllowed) allowed += 1;
			else refused += 1;
			const told = `${role}: ${route.method} ${route.pattern} -> ${statusCode} ${body}`;
			if (isAllowed) assert.ok(![401, 403].includes(statusCode) && statusCode < 500, told);
			else assert.ok(statusCode === 403 && (route.method === "HEAD" || body.includes("FS-API-ROLE")), told);
		}
	assert.ok(allowed > 60 && refused > 40, `${allowed} allowed, ${refused} refused`);
});

test("a request for another host is answered with nothing on every route, whatever token it brings", async () => {
	for (const route of routes)
		for (const host of ["evil.example", "evil.example:8443", `${HOST}.evil.example`, "localhost", "127.0.0.1"]) {
			const answer = await ask(route, { ...bearer(tokens.admin), host });
			assert.equal(answer.statusCode, 421, `${route.method} ${route.url} for ${host}`);
			assert.equal(answer.body, "");
		}
	const status = { method: "GET", url: "/api/v1/status" };
	const own = await ask(status, { ...bearer(tokens.admin), host: HOST.toUpperCase() });
	assert.equal(own.statusCode, 200, "names of hosts are the same in capitals (RFC 4343)");
});

test("a path that is none is answered with nothing, for whatever host and to whomever", async () => {
	for (const host of [HOST, "evil.example"])
		for (const url of ["/%zz", "/api/v1/machines/%c0", "/api/v1/machines/%"]) {
			const answer = await ask({ method: "GET", url }, { ...bearer(tokens.admin), host });
			assert.deepEqual([answer.statusCode, answer.body], [400, ""], url);
		}
});

test("a host or an origin that the configuration writes in another way than browsers do is answered", async () => {
	const { desks } = furnished;
	const written = {
		...api,
		allowedHosts: ["Fleet.Example.ORG", "[2001:DB8:0:0::7]"],
		origins: ["https://Ops.example.org:443"],
	};
	const log = pino({ level: "silent" });
	const other = await buildServer({ desks, log, guarding: { api: written, tokens: desks.tokens }, url: () => null });
	const pause = async (headers: Record<string, string>) => {
		const answer = await other.inject({
			method: "POST",
			url: "/api/v1/pause",
			headers: { ...bearer(tokens.operator), ...headers },
			payload: {},
		});
		return answer.statusCode;
	};
	assert.equal(await pause({ host: "fleet.example.org:8443" }), 200);
	assert.equal(await pause({ host: "[2001:db8::7]:8443" }), 200);
	assert.equal(await pause({ host: "[2001:db8::8]:8443" }), 421);
	assert.equal(await pause({ host: "fleet.example.org", origin: "https://ops.example.org" }), 200);
	assert.equal(await pause({ host: "fleet.example.org", origin: "https://ops.example.org:8443" }), 403);
	await other.close();
});

test("what changes something is refused from pages of others, and taken from our own and the ones that are named", async () => {
	const pause = { method: "POST", url: "/api/v1/pause" };
	const cookie = `fleetseed=${tokens.operator}`;
	cockpit.orders.length = 0;
	const from = async (headers: Record<string, string>) =>
		(await ask(pause, { cookie, ...headers }, { reason: "audit" })).statusCode;
	for (const route of routes.filter(({ method }) => method === "POST" || method === "DELETE")) {
		const answer = await ask(route, { cookie: `fleetseed=${tokens.admin}`, origin: "https://evil.example" }, {});
		assert.equal(answer.statusCode, 403, route.url);
		assert.match(answer.body, /FS-API-ORIGIN/);
	}
	assert.equal(await from({ origin: "null" }), 403);
	assert.equal(await from({ origin: `https://${HOST}` }), 403, "another scheme is another origin");
	assert.equal(await from({ "sec-fetch-site": "cross-site" }), 403);
	assert.equal(await from({ "sec-fetch-site": "same-site" }), 403);
	assert.equal(await from({}), 403, "a cookie alone does not say where it comes from");
	assert.equal(cockpit.orders.length, 0);
	assert.equal(await from({ origin: `http://${HOST}` }), 200);
	assert.equal(await from({ origin: PORTAL }), 200);
	assert.equal(await from({ "sec-fetch-site": "same-origin" }), 200);
	assert.equal((await ask(pause, bearer(tokens.operator), { reason: "audit" })).statusCode, 200, "a program");
	const reason = "audit";
	assert.deepEqual(
		cockpit.orders.splice(0),
		Array(4).fill({ kind: "Paused", policy: null, reason, by: "operator" }),
		"each in the name of the token",
	);
});

test("nobody acts in the name of another", async () => {
	const resume = { method: "POST", url: "/api/v1/resume" };
	const answer = await ask(resume, bearer(tokens.operator), { by: "the boss" });
	assert.equal(answer.statusCode, 403);
	assert.match(answer.body, /FS-API-ROLE.*cannot act as the boss/);
	const approve = { method: "POST", url: "/api/v1/machines/mill-01/approve" };
	assert.equal((await ask(approve, bearer(tokens.approver), { host_key: GOOD_KEY })).statusCode, 200);
	assert.ok(cockpit.acts.includes(`approve mill-01 ${GOOD_KEY.fingerprint} approver`));
});

test("a name of any length that a policy or a machine may have is a name in a path", async () => {
	const [machine, foreign] = ["m".repeat(128), "\u{1f5a5}".repeat(125)];
	const ofMachine = (name: string) =>
		ask({ method: "GET", url: `/api/v1/machines/${encodeURIComponent(name)}` }, bearer(tokens.viewer));
	cockpit.machineName = machine;
	assert.equal((await ofMachine(machine)).json().name, machine);
	cockpit.machineName = "mill-01";
	assert.equal((await ofMachine(foreign)).json().code, "FS-MACHINE-UNKNOWN");
	assert.equal((await ofMachine("m".repeat(501))).json().code, "FS-API-REQUEST");
});

test("who only asks whether the audit can be had has it read by nobody", async () => {
	const { statusCode } = await ask({ method: "HEAD", url: "/api/v1/audit/export" }, bearer(tokens.viewer));
	assert.equal(statusCode, 404);
});

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

test("pages run our own scripts only, and are shown in no other page", async () => {
	const answer = await ask({ method: "GET", url: "/api/v1/plan" }, bearer(tokens.viewer));
	const csp = String(answer.headers["content-security-policy"]);
	assert.match(csp, /default-src 'none';.*script-src 'self';/);
	assert.match(csp, /frame-ancestors 'none'/);
	assert.doesNotMatch(csp, /unsafe/);
	assert.equal(answer.headers["x-content-type-options"], "nosniff");
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
