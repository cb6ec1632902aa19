import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { acted } from "../answers/outcome.ts";
import { roles, session, tokenDays, tokenMade, tokenRow } from "../answers/tokens.ts";
import { recordFormer, sessionCookie } from "./guard.ts";
import { sendLoginPage } from "./login-page.ts";
import { problem } from "./problem.ts";
import { type Api, type Desks, named, operator, route, whoAsks } from "./routes.ts";

const making = operator.extend({
	name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, "expected letters, digits and . _ @ -"),
	role: roles,
	days: tokenDays.nullable().default(null).describe("How long it counts; null: until it is revoked."),
});

/** `url`: where tokens count, as people's browsers call it; null: nowhere yet. */
export function addTokenRoutes(server: Api, { tokens }: Desks, url: () => string | null): void {
	const keep = <Answer extends z.ZodType>(summary: string, answer: Answer) =>
		route({ role: "admin", tag: "tokens", summary, answer });
	const list = keep("Who may use the API over TCP.", z.array(tokenRow));
	server.get("/api/v1/tokens", list, () => Promise.resolve([...tokens.list()]));
	const make = keep("Make a token, which is shown this once.", tokenMade);
	server.post("/api/v1/tokens", { ...make, schema: { ...make.schema, body: making } }, async (request, reply) => {
		const { name, role, days, by } = request.body;
		const lifetimeMs = days === null ? null : days * 86_400_000;
		const made = tokens.make({ name, role, lifetimeMs, by: whoAsks(request, by) });
		if (made) return { ...made, url: url() };
		const held = tokens.list().find((each) => each.name === name && each.revoked_at === null)?.id;
		const detail = `${name} has a token that counts; to make another: fleetseed token revoke ${held}`;
		return reply.status(409).send(problem("FS-API-REQUEST", detail));
	});
	const revoke = keep("Revoke a token, by its id.", tokenRow);
	const revoking = { ...revoke, schema: { ...revoke.schema, params: named, body: operator } };
	server.post("/api/v1/tokens/:name/revoke", revoking, async (request, reply) => {
		const revoked = tokens.revoke(request.params.name, whoAsks(request, request.body.by));
		if (revoked) return revoked;
		const detail = `${request.params.name}: no token of this id counts; to see the ids: fleetseed token list`;
		return reply.status(404).send(problem("FS-API-REQUEST", detail));
	});
}

/** How a browser logs in and out: its token becomes a cookie that scripts cannot read. */
export function addSessionRoutes(server: Api, { tokens, access }: Desks): void {
	const tag = "session";
	const who = route({ role: "viewer", tag, summary: "Who asks, as what.", answer: session });
	server.get("/api/v1/session", who, async ({ principal: { name, role } }) => ({ name, role }));
	server.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
		done(null, Object.fromEntries(new URLSearchParams(String(body))));
	});
	const login = route({
		role: "viewer",
		tag,
		summary: "Log in with a token; the answer sets a cookie.",
		answer: session,
	});
	const body = z.strictObject({ token: z.string().max(200) });
	const config = { ...login.config, isLogin: true as const };
	const logIn = (request: FastifyRequest, reply: FastifyReply, token: string) => {
		const found = tokens.find(token);
		if (!found) {
			recordFormer(request, token, { tokens, access });
			return null;
		}
		access.loggedIn(found, request.ip ?? "the unix socket");
		reply.header("set-cookie", sessionCookie(token, request.protocol === "https"));
		return { name: found.name, role: found.role };
	};
	server.post("/api/v1/session", { config, schema: { ...login.schema, body } }, async (request, reply) => {
		const found = logIn(request, reply, request.body.token);
		return found ?? reply.status(401).send(problem("FS-API-TOKEN", "no token, or none that counts"));
	});
	server.post("/", { config, schema: { hide: true, body } }, async (request, reply) => {
		const found = logIn(request, reply, request.body.token);
		if (found) return reply.redirect("/", 303);
		return sendLoginPage(reply, 401, "This token does not count: it is mistyped, revoked or has run out.");
	});
	const logout = route({
		role: "viewer",
		tag,
		summary: "Log out: the cookie is taken back.",
		answer: acted,
	});
	server.delete("/api/v1/session", logout, async (request, reply) => {
		reply.header("set-cookie", sessionCookie("", request.protocol === "https"));
		return { done: true as const };
	});
}
