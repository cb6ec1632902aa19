import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ErrorCode } from "../../model/error-codes.ts";
import type { ApiSettings } from "../../policy/api-schema.ts";
import { RELEASE_HEADER } from "../release.ts";
import { version } from "../version.ts";
import type { AccessRecord } from "./access-record.ts";
import { sendLoginPage } from "./login-page.ts";
import { may, type Principal } from "./principal.ts";
import { problem } from "./problem.ts";
import { orderOf } from "./refused-orders.ts";
import type { Desks } from "./routes.ts";
import type { Tokens } from "./tokens.ts";

/** What one token may ask for in a minute, and one address without a good one. */
const REQUESTS_PER_MINUTE = 6_000;
const GUESSES_PER_MINUTE = 30;

const REFUSALS: ReadonlySet<number> = new Set([401, 403, 421, 429]);

export interface Guarding {
	readonly api: ApiSettings;
	readonly tokens: Tokens;
}

/** The doors of the API over TCP, before anything of a request is read: its host, its origin, its token, its role. */
export function guard(server: FastifyInstance, { api: written, tokens }: Guarding, { access, metrics }: Desks): void {
	const api = asBrowsersWrite(written);
	const timeWindow = 60_000;
	// By its address; those of an IPv6 network of 64 bits are one, since one computer may take as many of them as it likes.
	const guesses = server.createRateLimit({ max: GUESSES_PER_MINUTE, timeWindow });
	const keyGenerator = ({ principal, ip }: FastifyRequest) => principal.token ?? ip;
	const requests = server.createRateLimit({ max: REQUESTS_PER_MINUTE, timeWindow, keyGenerator });
	server.addHook("onResponse", (_request, { statusCode }, done) => {
		if (REFUSALS.has(statusCode)) metrics.refused(statusCode);
		done();
	});
	server.addHook("onRequest", async (request, reply) => {
		// A page that was made to believe that we are its own server (DNS rebinding) learns nothing at all.
		if (!api.allowedHosts.includes(request.hostname.toLowerCase())) return reply.code(421).send();
		if (!isFromHere(request, api)) return refuse(reply, 403, "FS-API-ORIGIN", "this page may not send that");
		if (request.routeOptions.config.isLogin) {
			const { isExceeded } = await allowed(guesses, request);
			return isExceeded ? tooMany(request, reply) : undefined;
		}
		const principal = principalOf(request, tokens);
		if (!principal) {
			const { isExceeded } = await allowed(guesses, request);
			if (isExceeded && hasToken(request)) return tooMany(request, reply);
			recordFormer(request, tokenOf(request), { tokens, access });
			return unauthorized(request, reply);
		}
		request.principal = principal;
		reply.header(RELEASE_HEADER, version());
		if ((await allowed(requests, request)).isExceeded) return tooMany(request, reply);
		const { role } = request.routeOptions.config;
		// An unknown route is answered as such to whoever may be here at all.
		if (request.is404) return undefined;
		if (role === undefined || !may(principal.role, role))
			return refuse(reply, 403, "FS-API-ROLE", `${principal.name} is ${principal.role}, and this takes ${role}`);
		return undefined;
	});
}

/** Names of hosts and origins in the one way that browsers send them, however the configuration writes them. */
function asBrowsersWrite({ allowedHosts, origins, ...rest }: ApiSettings): ApiSettings {
	const host = (written: string) => URL.parse(`http://${written}`)?.hostname ?? written.toLowerCase();
	const origin = (written: string) => URL.parse(written)?.origin ?? written;
	return { ...rest, allowedHosts: allowedHosts.map(host), origins: origins.map(origin) };
}

const COOKIE = "fleetseed";

/** The cookie that a browser keeps; scripts cannot read it, and other sites' pages do not send it. */
export function sessionCookie(token: string, isSecure: boolean): string {
	return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}${token === "" ? "; Max-Age=0" : ""}`;
}

function tokenOf({ headers }: FastifyRequest): string | null {
	const bearer = /^Bearer ([\w-]+)$/i.exec(headers.authorization ?? "")?.[1];
	const cookies = (headers.cookie ?? "").split(/; */);
	const kept = cookies.find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
	return bearer ?? kept ?? null;
}

function hasToken(request: FastifyRequest): boolean {
	return tokenOf(request) !== null;
}

/** Whoever has a token that counted once is no stranger: that it is still tried is worth a line. */
export function recordFormer(
	request: FastifyRequest,
	token: string | null,
	{ tokens, access }: { readonly tokens: Tokens; readonly access: AccessRecord },
): void {
	const former = token === null ? null : tokens.findFormer(token);
	if (former) access.refused(former, { ...orderOf(request), code: "FS-API-TOKEN", detail: former.why });
}

function principalOf(request: FastifyRequest, tokens: Tokens): Principal | null {
	const token = tokenOf(request);
	return token === null ? null : tokens.find(token);
}

/** What changes something comes from our own page or from no page at all. */
function isFromHere({ method, headers, protocol }: FastifyRequest, { origins }: ApiSettings): boolean {
	if (method === "GET" || method === "HEAD") return true;
	const { origin } = headers;
	if (origin !== undefined) return origin === `${protocol}://${headers.host}` || origins.includes(origin);
	// Browsers say where a request comes from; programs say nothing, and bring their token themselves.
	const site = headers["sec-fetch-site"];
	if (site !== undefined) return site === "same-origin";
	return headers.cookie === undefined;
}

type Limiter = ReturnType<FastifyInstance["createRateLimit"]>;

async function allowed(limit: Limiter, request: FastifyRequest): Promise<{ readonly isExceeded: boolean }> {
	const answer = await limit(request);
	return { isExceeded: !answer.isAllowed && answer.isExceeded };
}

function unauthorized(request: FastifyRequest, reply: FastifyReply): FastifyReply {
	reply.header("www-authenticate", 'Bearer realm="fleetseed"');
	if (isPerson(request)) return sendLoginPage(reply, 401, null);
	return refuse(reply, 401, "FS-API-TOKEN", "no token, or none that counts");
}

/** At the page, or at the form on it. */
function isPerson({ url }: FastifyRequest): boolean {
	return url === "/";
}

function tooMany(request: FastifyRequest, reply: FastifyReply): FastifyReply {
	if (isPerson(request))
		return sendLoginPage(reply, 429, "Too many tries from here in this minute: wait for the next one.");
	return refuse(reply, 429, "FS-API-RATE", "too many requests in this minute");
}

function refuse(reply: FastifyReply, status: number, code: ErrorCode, message: string): FastifyReply {
	return reply.code(status).send(problem(code, message));
}
