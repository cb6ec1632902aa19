import { createServer as createPlain } from "node:http";
import { createServer as createSecure } from "node:https";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import Fastify, { type FastifyBaseLogger } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject, validatorCompiler } from "fastify-type-provider-zod";
import { NO_SUCH_ROUTE } from "../answers/outcome.ts";
import { RELEASE_HEADER } from "../release.ts";
import { version } from "../version.ts";
import { addActRoutes } from "./act-routes.ts";
import { addAuditRoutes } from "./audit-routes.ts";
import { addDashboardRoutes, DASHBOARD_FOLDER, readDashboard } from "./dashboard-routes.ts";
import { type Guarding, guard } from "./guard.ts";
import { protectiveHeaders } from "./headers.ts";
import { jsonAnswer } from "./json-answer.ts";
import { addMetricsRoute } from "./metrics-route.ts";
import { addNoticeRoutes } from "./notice-routes.ts";
import { ON_THE_SOCKET } from "./principal.ts";
import { problem } from "./problem.ts";
import { addReadRoutes } from "./read-routes.ts";
import { recordRefusedOrders } from "./refused-orders.ts";
import { type Api, type Desks, FalseName } from "./routes.ts";
import { addSessionRoutes, addTokenRoutes } from "./token-routes.ts";
import { addViewRoutes } from "./view-routes.ts";

/** Whatever the certificate. */
export const TLS = { minVersion: "TLSv1.2" } as const;
/** In a path; each of the 500 characters that are taken may be three bytes, and each of them three characters. */
const LONGEST_NAME_ENCODED = 4500;
const BODY_LIMIT_BYTES = 64 * 1024;
/** Of the API, not of the release: only what breaks a client raises the first number, and then the path changes too. */
const API_VERSION = "1.0.0";

export interface Serving {
	readonly desks: Desks;
	readonly log: FastifyBaseLogger;
	/** null: on the unix socket, where file permissions are the guard. */
	readonly guarding: Guarding | null;
	/** Where the API is over TCP, as browsers call it; null: nowhere. */
	readonly url: () => string | null;
	/** PEM. */
	readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

/** The API with all its routes, not listening yet. */
export async function buildServer({ desks, log, guarding, url, tls }: Serving): Promise<Api> {
	const server: Api = Fastify({
		// Below warn Fastify logs every request.
		loggerInstance: log.child({}, { level: "warn" }),
		bodyLimit: BODY_LIMIT_BYTES,
		forceCloseConnections: true,
		// A path that is none is answered before any guard has looked at the request: with nothing.
		frameworkErrors: (_error, _request, reply) => void reply.hijack().raw.writeHead(400).end(),
		routerOptions: { maxParamLength: LONGEST_NAME_ENCODED },
		serverFactory: (handler) => (tls ? createSecure({ ...tls, ...TLS }, handler) : createPlain(handler)),
	});
	server.setValidatorCompiler(validatorCompiler);
	server.setSerializerCompiler(() => jsonAnswer);
	server.decorateRequest("principal");
	const headers = protectiveHeaders(tls !== undefined);
	server.addHook("onRequest", (request, reply, done) => {
		request.principal = ON_THE_SOCKET;
		reply.headers(headers);
		if (!guarding) reply.header(RELEASE_HEADER, version());
		done();
	});
	answerProblems(server);
	recordRefusedOrders(server, desks.access);
	answerWhenOnDisk(server, desks.onDisk);
	await server.register(swagger, {
		openapi: {
			openapi: "3.1.0",
			info: { title: "fleetseed", version: API_VERSION, description: DESCRIPTION },
			components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
			security: [{ token: [] }],
		},
		transform: jsonSchemaTransform,
		transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
	});
	if (guarding) {
		await server.register(rateLimit, { global: false });
		guard(server, guarding, desks);
	}
	const dashboard = await readDashboard(DASHBOARD_FOLDER);
	addReadRoutes(server, desks);
	addViewRoutes(server, desks);
	addActRoutes(server, desks);
	addAuditRoutes(server, desks, dashboard);
	addMetricsRoute(server, desks);
	addNoticeRoutes(server, desks);
	addTokenRoutes(server, desks, url);
	addSessionRoutes(server, desks);
	addDashboardRoutes(server, dashboard);
	const hidden = { config: { role: "viewer" as const }, schema: { hide: true } };
	server.get("/api/v1/openapi.json", hidden, () => Promise.resolve(server.swagger()));
	await server.ready();
	return server;
}

/** Each schema is made once as what is sent and once as what is answered; those that nothing refers to are left out. */
function withoutUnused<Document extends object>(document: Document): Document {
	const { paths, components } = document as { paths?: object; components?: { schemas?: Record<string, object> } };
	const schemas = components?.schemas ?? {};
	const used: Record<string, object> = {};
	const take = (from: object) => {
		for (const [, name = ""] of JSON.stringify(from).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
			const schema = schemas[name];
			if (!schema || used[name]) continue;
			used[name] = schema;
			take(schema);
		}
	};
	take(paths ?? {});
	return { ...document, components: { ...components, schemas: used } };
}

const DESCRIPTION = `On the unix socket whoever may open it may do everything, and says in \`by\` who it is. Over TCP each request
brings a token, as \`Authorization: Bearer\` or in the cookie of a login; its role says what it may do: viewer looks,
operator steers too, approver approves but does not steer, admin does all of that and makes tokens.`;

/** What changed something is answered once the journal has it on the disk; what was only looked at waits for nothing. */
function answerWhenOnDisk(server: Api, onDisk: Desks["onDisk"]): void {
	server.addHook("onSend", ({ method }, _reply, payload, done) => {
		if (method === "GET" || method === "HEAD") done(null, payload);
		else onDisk().then(() => done(null, payload), done);
	});
}

function answerProblems(server: Api): void {
	server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
		const status = error.statusCode ?? 500;
		if (error instanceof FalseName) return reply.status(status).send(problem("FS-API-ROLE", error.message));
		if (status >= 500) request.log.error({ err: error }, "request failed");
		const message = status >= 500 ? "internal error" : error.message;
		return reply.status(status).send(problem(status >= 500 ? "FS-STEP-CRASHED" : "FS-API-REQUEST", message));
	});
	server.setNotFoundHandler((_request, reply) => reply.status(404).send(problem("FS-API-REQUEST", NO_SUCH_ROUTE)));
}
