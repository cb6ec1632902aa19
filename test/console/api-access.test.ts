import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pino } from "pino";
import { buildServer } from "../../src/console/api/build-server.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { version } from "../../src/console/version.ts";
import { bearer, HOST, openGuardedApi, PORTAL, ROLES } from "./guarded-api.ts";
import { GOOD_KEY } from "./memory-cockpit.ts";

const { api, cockpit, furnished, server, routes, tokens, made, ask, close } = await openGuardedApi();
after(close);

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

test("which release answers is told to who may ask, and to nobody else", async () => {
	const plan = { method: "GET", url: "/api/v1/plan" };
	const told = async (headers: Record<string, string>) => (await ask(plan, headers)).headers["fleetseed-release"];
	assert.equal(await told(bearer(tokens.viewer)), version());
	assert.equal(await told({}), undefined);
	assert.equal(await told({ ...bearer(tokens.viewer), host: "evil.example" }), undefined);
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

test("pages run our own scripts only, and are shown in no other page", async () => {
	const answer = await ask({ method: "GET", url: "/api/v1/plan" }, bearer(tokens.viewer));
	const csp = String(answer.headers["content-security-policy"]);
	assert.match(csp, /default-src 'none';.*script-src 'self';/);
	assert.match(csp, /frame-ancestors 'none'/);
	assert.doesNotMatch(csp, /unsafe/);
	assert.equal(answer.headers["x-content-type-options"], "nosniff");
});
