import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../model/error-codes.ts";
import { clearSocketPath } from "./clear-socket-path.ts";
import type { Cockpit } from "./cockpit.ts";

const BODY_LIMIT_BYTES = 64 * 1024;
const words = z.string().max(500);
const operator = z.strictObject({ by: words });
const pause = z.strictObject({ by: words, reason: words });
const approval = z.strictObject({
	by: words,
	host_key: z.strictObject({ type: words, fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/) }),
});

/** The daemon's HTTP API on its unix socket; who may open the socket may steer. */
export class ApiServer {
	readonly #server: FastifyInstance;
	readonly #socketPath: string;

	constructor(options: { readonly cockpit: Cockpit; readonly socketPath: string; readonly log: FastifyBaseLogger }) {
		this.#socketPath = options.socketPath;
		this.#server = Fastify({
			// Below warn Fastify logs every request.
			loggerInstance: options.log.child({}, { level: "warn" }),
			bodyLimit: BODY_LIMIT_BYTES,
			forceCloseConnections: true,
		});
		this.#server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
			const status = error instanceof z.ZodError ? 400 : (error.statusCode ?? 500);
			if (status >= 500) request.log.error({ err: error }, "request failed");
			const message =
				error instanceof z.ZodError ? z.prettifyError(error) : status >= 500 ? "internal error" : error.message;
			return reply.status(status).send(problem(status >= 500 ? "FS-STEP-CRASHED" : "FS-API-REQUEST", message));
		});
		this.#server.setNotFoundHandler((_request, reply) =>
			reply.status(404).send(problem("FS-API-REQUEST", "no such route")),
		);
		addReadRoutes(this.#server, options.cockpit);
		addActRoutes(this.#server, options.cockpit);
	}

	/** Rejects when the socket's path is taken. */
	async start(): Promise<void> {
		await mkdir(dirname(this.#socketPath), { recursive: true });
		await clearSocketPath(this.#socketPath);
		await this.#server.listen({ path: this.#socketPath });
		await chmod(this.#socketPath, 0o660);
	}

	async stop(): Promise<void> {
		await this.#server.close();
	}
}

interface Named {
	readonly Params: { readonly name: string };
}

function addReadRoutes(server: FastifyInstance, cockpit: Cockpit): void {
	server.get("/api/v1/status", () => cockpit.status());
	server.get("/api/v1/plan", () => cockpit.plan());
	server.get("/api/v1/machines", () => cockpit.machines());
	server.get<Named>("/api/v1/machines/:name/why", async ({ params }, reply) => {
		const report = await cockpit.why(params.name);
		return report ?? reply.status(404).send(unknownMachine(params.name));
	});
	server.get<Named>("/api/v1/machines/:name/logs", async ({ params }, reply) => {
		const outputs = await cockpit.logs(params.name);
		return outputs ?? reply.status(404).send(unknownMachine(params.name));
	});
	server.get<Named>("/api/v1/machines/:name/host-key", async ({ params }, reply) => {
		const scanned = await cockpit.scanHostKey(params.name);
		if (scanned.kind === "host_key") return scanned.host_key;
		const status = scanned.failure.code === "FS-MACHINE-UNKNOWN" ? 404 : 502;
		return reply.status(status).send(problem(scanned.failure.code, scanned.failure.detail));
	});
}

function addActRoutes(server: FastifyInstance, cockpit: Cockpit): void {
	const known = (name: string, isKnown: boolean) => (isKnown ? { done: true } : unknownMachine(name));
	server.post("/api/v1/pause", async ({ body }) => {
		const { by, reason } = pause.parse(body);
		await cockpit.pause(by, reason);
		return { done: true };
	});
	server.post("/api/v1/resume", async ({ body }) => {
		await cockpit.resume(operator.parse(body).by);
		return { done: true };
	});
	server.post("/api/v1/reload", async () => ({ problems: await cockpit.reload() }));
	server.post<Named>("/api/v1/machines/:name/approve", async ({ params, body }, reply) => {
		const { by, host_key } = approval.parse(body);
		const answer = await cockpit.approve(params.name, host_key, by);
		if (answer === "revoked")
			return reply.status(409).send(problem("FS-MACHINE-REVOKED", `${host_key.fingerprint} is revoked`));
		return reply.status(answer === "approved" ? 200 : 404).send(known(params.name, answer === "approved"));
	});
	server.post<Named>("/api/v1/machines/:name/forget", async ({ params, body }, reply) => {
		const isKnown = await cockpit.forget(params.name, operator.parse(body).by);
		return reply.status(isKnown ? 200 : 404).send(known(params.name, isKnown));
	});
	server.post<Named>("/api/v1/machines/:name/retry", async ({ params, body }, reply) => {
		const isKnown = await cockpit.retry(params.name, operator.parse(body).by);
		return reply.status(isKnown ? 200 : 404).send(known(params.name, isKnown));
	});
	server.post<Named>("/api/v1/packages/:name/retry", async ({ params, body }, reply) => {
		const isKnown = await cockpit.retryPackage(params.name, operator.parse(body).by);
		const unknown = problem("FS-API-REQUEST", `${params.name}: no package with this SHA-256 waits for a retry`);
		return reply.status(isKnown ? 200 : 404).send(isKnown ? { done: true } : unknown);
	});
}

function unknownMachine(name: string) {
	return problem("FS-MACHINE-UNKNOWN", `${name}: no machine of this name is known`);
}

function problem(code: ErrorCode, message: string) {
	return { code, message, hint: ERROR_CODES[code] };
}
