import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
	readonly range: string | undefined;
	readonly ifRange: string | undefined;
	readonly authorization: string | undefined;
}

/** A real HTTP server on loopback that remembers what it was asked and counts the body bytes it sent. */
export interface Origin {
	readonly url: string;
	readonly asked: Asked[];
	sentBytes: number;
	behave: Behaviour;
	[Symbol.asyncDispose](): Promise<void>;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, origin: Origin) => void | Promise<void>;

export async function startOrigin(behave: Behaviour): Promise<Origin> {
	const server = createServer((request, response) => {
		const { range, "if-range": ifRange, authorization } = request.headers;
		origin.asked.push({ range, ifRange: ifRange?.toString(), authorization });
		response.on("error", () => undefined);
		void origin.behave(request, response, origin);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/package.deb`;
	const origin: Origin = {
		url,
		asked: [],
		sentBytes: 0,
		behave,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
			await once(server, "close");
		},
	};
	return origin;
}

export interface Serving {
	readonly etag?: string;
	/** Cut the connection after so many body bytes of each answer. */
	readonly cutAfterBytes?: number;
	readonly ignoresRange?: boolean;
	/** Say this as the whole size. */
	readonly declaredBytes?: number;
	/** How slow the source is: a rest after each 16 KiB. */
	readonly pauseMs?: number;
}

/** Serves the content as nginx does: ranges, If-Range, 416. */
export function serve(content: Buffer, serving: Serving = {}): Behaviour {
	return async (request, response, origin) => {
		const start = serving.ignoresRange ? 0 : startOf(request, serving.etag);
		const size = serving.declaredBytes ?? content.length;
		if (start >= size && start > 0) {
			response.writeHead(416, { "content-range": `bytes */${size}` }).end();
			return;
		}
		response.writeHead(start > 0 ? 206 : 200, {
			"content-length": size - start,
			...(serving.etag ? { etag: serving.etag } : {}),
			...(start > 0 ? { "content-range": `bytes ${start}-${size - 1}/${size}` } : {}),
		});
		await send(response, content.subarray(start), { serving, origin });
	};
}

function startOf(request: IncomingMessage, etag: string | undefined): number {
	const ifRange = request.headers["if-range"];
	if (ifRange !== undefined && ifRange !== etag) return 0;
	return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
}

async function send(response: ServerResponse, body: Buffer, to: { serving: Serving; origin: Origin }): Promise<void> {
	const { cutAfterBytes = Number.POSITIVE_INFINITY, pauseMs = 0 } = to.serving;
	const end = Math.min(body.length, cutAfterBytes);
	for (let sent = 0; sent < end && !response.destroyed; ) {
		const chunk = body.subarray(sent, Math.min(sent + 16_384, end));
		await new Promise((resolve) => response.write(chunk, resolve));
		sent += chunk.length;
		to.origin.sentBytes += chunk.length;
		if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
	}
	// destroySoon lets what was written leave first; a reset would drop it.
	if (end < body.length || to.serving.declaredBytes !== undefined) response.socket?.destroySoon();
	else response.end();
}
