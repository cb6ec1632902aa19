import type { Answer, Respond, Wire } from "webtorrent-hybrid";
import { WAITING_BYTES } from "./hardened.ts";

/** What waits in our memory for all connections together, of blocks ... */
const MOST_BYTES = 64 * 1024 * 1024;
/** ... beyond which each has no more than what machines of ours ask for in one packet. */
const STRETCH_BYTES = 512 * 1024;

/** A block counts as at least so much: it keeps the stretch of the package that it lies in. */
const LEAST_BYTES = 16 * 1024;
/** What the quickest of honest peers asks for ahead, in blocks. */
const MOST_ASKED = 16_384;

interface Asked {
	readonly piece: number;
	readonly offset: number;
	readonly length: number;
	readonly respond: Respond;
}

/** What all requests of one source keep in memory. */
export class ReadAhead {
	bytes = 0;

	/** For each connection. */
	get limit(): number {
		return this.bytes < MOST_BYTES ? WAITING_BYTES : STRETCH_BYTES;
	}
}

/**
 * What one peer has asked the source for. The library reads every block as soon as it is asked for and keeps it until the connection takes
 * it: a peer that asks and does not read would fill our memory.
 */
export class Requests {
	readonly #wire: Wire;
	readonly #answer: Answer;
	readonly #together: ReadAhead;
	readonly #asked: Asked[] = [];
	#readingBytes = 0;
	/** Of what is counted together: ours. */
	#countedBytes = 0;
	#isClosed = false;

	/** `answer`: reads a block and responds with it. */
	constructor(wire: Wire, answer: Answer, together: ReadAhead) {
		this.#wire = wire;
		this.#answer = answer;
		this.#together = together;
		wire.on("request", (piece: number, offset: number, length: number, respond: Respond) => {
			this.#asked.push({ piece, offset, length, respond });
			if (this.#asked.length > MOST_ASKED) wire.destroy();
			else this.#serve();
		});
		wire.on("cancel", (piece: number, offset: number, length: number) => {
			const at = this.#asked.findIndex((one) => one.piece === piece && one.offset === offset && one.length === length);
			if (at >= 0) this.#asked.splice(at, 1);
		});
		wire.on("drained", () => this.#serve());
		wire.once("close", () => {
			this.#isClosed = true;
			this.#asked.splice(0);
			this.#count();
		});
	}

	#serve(): void {
		while (this.#count() < this.#together.limit) {
			const asked = this.#asked.shift();
			if (!asked) return;
			this.#read(asked);
		}
	}

	/** Answers what waits for this connection. */
	#count(): number {
		const bytes = this.#isClosed ? 0 : this.#readingBytes + this.#wire._readableState.buffered;
		this.#together.bytes += bytes - this.#countedBytes;
		this.#countedBytes = bytes;
		return bytes;
	}

	#read({ piece, offset, length, respond }: Asked): void {
		const bytes = Math.max(LEAST_BYTES, length);
		this.#readingBytes += bytes;
		this.#answer(piece, offset, length, (error, block) => {
			this.#readingBytes -= bytes;
			respond(error, block);
			this.#serve();
		});
	}
}
