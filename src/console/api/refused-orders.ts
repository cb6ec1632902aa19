import type { FastifyRequest } from "fastify";
import { ERROR_CODES, type ErrorCode } from "../../model/error-codes.ts";
import type { AccessRecord } from "./access-record.ts";
import type { Api } from "./routes.ts";

/** Orders that somebody who is known gave and was refused, as lines of the audit. What makes no sense in itself (400, 404) is none. */
export function recordRefusedOrders(server: Api, access: AccessRecord): void {
	server.addHook("preSerialization", (request, reply, payload, done) => {
		const refusal = refusalIn(payload);
		const isRefused = refusal?.code === "FS-API-ROLE" || reply.statusCode === 409;
		if (refusal && isRefused && isOrder(request)) {
			const { name, token } = request.principal;
			access.refused({ name: name ?? sayerOf(request), token }, { ...orderOf(request), ...refusal });
		}
		done(null, payload);
	});
}

function isOrder({ method }: FastifyRequest): boolean {
	return method !== "GET" && method !== "HEAD";
}

function refusalIn(payload: unknown): { readonly code: ErrorCode; readonly detail: string } | null {
	const { code, message } = (payload ?? {}) as { readonly code?: string; readonly message?: string };
	return code !== undefined && code in ERROR_CODES ? { code: code as ErrorCode, detail: String(message) } : null;
}

/** Which order it is, and what it is about. */
export function orderOf({ method, url, params, routeOptions }: FastifyRequest) {
	const { name } = (params ?? {}) as { readonly name?: string };
	const isAbout = (what: string) => name !== undefined && routeOptions.url?.startsWith(`/api/v1/${what}/:name`);
	return {
		order: `${method} ${url.split("?")[0]}`,
		policy: isAbout("policies") ? (name ?? null) : null,
		machine: isAbout("machines") ? (name ?? null) : null,
	};
}

/** On the unix socket each says who it is. */
function sayerOf({ body }: FastifyRequest): string {
	const { by } = (body ?? {}) as { readonly by?: unknown };
	return typeof by === "string" ? by : "nobody who said so";
}
