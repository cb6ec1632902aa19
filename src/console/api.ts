import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { z } from "zod";
import { addActRoutes } from "./api-act-routes.ts";
import { problem } from "./api-problem.ts";
import { addReadRoutes } from "./api-read-routes.ts";
import { clearSocketPath } from "./clear-socket-path.ts";
import type { Cockpit } from "./cockpit.ts";

const BODY_LIMIT_BYTES = 64 * 1024;

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
