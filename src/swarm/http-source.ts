import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { AllowList } from "./allow-list.ts";
import { Pace } from "./pace.ts";
import { parseRange, type Range } from "./parse-range.ts";
import type { Sent } from "./sent.ts";

/** A machine that takes nothing for so long is gone; it comes back and asks for the rest. */
const IDLE_MS = 60_000;

export interface HttpSourceOptions {
	readonly storeFolder: string;
	readonly allowed: AllowList;
	/** Bytes of a package that is shared; undefined: it is not. */
	readonly sizeOf: (sha256: string) => number | undefined;
	readonly sent: Sent;
	/** What flows through it is held to the controller's limit. */
	readonly throttle: () => Duplex;
	/** How much of the package each machine may receive in a second, in bytes; null: no limit. */
	readonly machineLimit: (sha256: string) => number | null;
}

interface Asked {
	readonly sha256: string;
	readonly machine: string;
	readonly address: string;
	readonly sizeBytes: number;
}

/**
 * Packages by plain HTTP, for machines that take no part in the swarm: GET and HEAD of /packages/SHA256?token=TOKEN, whole or one range
 * of it (RFC 9110). Token and address are judged as the tracker judges them. A digest names its bytes for ever, and so is their ETag.
 */
export class HttpSource {
	readonly #options: HttpSourceOptions;
	readonly #sending = new Map<ServerResponse, Pick<Asked, "machine" | "address">>();

	constructor(options: HttpSourceOptions) {
		this.#options = options;
	}

	/** Answers the request, its status at once; false: it is not for us. */
	answer(request: IncomingMessage, response: ServerResponse): boolean {
		const path = /^\/packages\/([^/?]*)(?:\?(.*))?$/.exec(request.url ?? "");
		if (!path) return false;
		const asked = this.#judge(request, { sha256: path[1] ?? "", query: path[2] ?? "" });
		if (typeof asked === "number") end(response, asked);
		else if (request.method !== "GET" && request.method !== "HEAD") end(response, 405, { Allow: "GET, HEAD" });
		else this.#send(request, response, asked);
		return true;
	}

	/** Breaks off what goes to machines that are no longer admitted. */
	dropOthers(): void {
		for (const [response, { machine, address }] of this.#sending)
			if (!this.#options.allowed.isAt(machine, address)) response.destroy();
	}

	/** A number: the status of the refusal. Whoever has no token does not learn which packages there are. */
	#judge(request: IncomingMessage, { sha256, query }: { sha256: string; query: string }): Asked | number {
		const { allowed, sizeOf } = this.#options;
		const token = new URLSearchParams(query).get("token") ?? undefined;
		const address = request.socket.remoteAddress ?? "";
		const machine = allowed.machine(token, address);
		if (machine === null) return 403;
		const sizeBytes = sizeOf(sha256);
		return sizeBytes === undefined ? 404 : { sha256, machine, address, sizeBytes };
	}

	#send(request: IncomingMessage, response: ServerResponse, asked: Asked): void {
		const { sha256, sizeBytes } = asked;
		const etag = `"${sha256}"`;
		const isSame = [undefined, etag].includes(request.headers["if-range"] as string | undefined);
		const range = isSame ? parseRange(request.headers.range, sizeBytes) : null;
		if (range === "unsatisfiable") {
			end(response, 416, { "Content-Range": `bytes */${sizeBytes}` });
			return;
		}
		const { start, end: last } = range ?? { start: 0, end: sizeBytes - 1 };
		response.writeHead(range ? 206 : 200, {
			"Accept-Ranges": "bytes",
			"Content-Length": last - start + 1,
			"Content-Type": "application/octet-stream",
			ETag: etag,
			...(range ? { "Content-Range": `bytes ${start}-${last}/${sizeBytes}` } : {}),
		});
		if (request.method === "HEAD" || sizeBytes === 0) response.end();
		else this.#stream(response, asked, { start, end: last });
	}

	/** No faster than the machine reads. What was counted and never left the socket's buffer is taken back. */
	#stream(response: ServerResponse, { sha256, machine, address }: Asked, range: Range): void {
		const { sent, storeFolder, throttle, machineLimit } = this.#options;
		const file = createReadStream(join(storeFolder, "packages", sha256), range);
		const limited = throttle();
		const paced = new Pace(() => machineLimit(sha256)).stream();
		this.#sending.set(response, { machine, address });
		response.setTimeout(IDLE_MS, () => response.destroy());
		limited.on("data", (chunk) => sent.add(sha256, machine, chunk.length));
		// Gone from the disk, or shorter: the machine sees a broken connection, and no wrong bytes.
		file.on("error", () => response.destroy());
		response.once("close", () => {
			this.#sending.delete(response);
			sent.add(sha256, machine, -response.writableLength);
			file.destroy();
			paced.destroy();
			limited.destroy();
		});
		file.pipe(paced).pipe(limited).pipe(response);
	}
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
	response.writeHead(status, { "Content-Length": 0, ...headers }).end();
}
