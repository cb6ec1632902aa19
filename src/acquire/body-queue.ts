import type { Readable } from "node:stream";
import { describe } from "./ask.ts";

const HIGH_BYTES = 1024 * 1024;

export type Next =
	| { readonly kind: "chunk"; readonly chunk: Buffer }
	| { readonly kind: "end" }
	| { readonly kind: "cut"; readonly detail: string };

/**
 * A body's chunks in order, with back-pressure. A stream's own iterator throws away what it still holds when the connection is cut;
 * those bytes crossed the uplink, so here they come first and the cut after them.
 */
export class BodyQueue {
	readonly #body: Readable;
	readonly #chunks: Buffer[] = [];
	#heldBytes = 0;
	#end: Next | null = null;
	#wake: () => void = () => undefined;

	constructor(body: Readable) {
		this.#body = body;
		body.on("data", (chunk: Buffer) => this.#take(chunk));
		body.on("end", () => this.#finish({ kind: "end" }));
		body.on("error", (error) => this.#finish({ kind: "cut", detail: describe(error) }));
		body.on("close", () => this.#finish({ kind: "cut", detail: "the connection was closed" }));
	}

	/** Ends when the body does; the body itself is under the request's abort signal. */
	async next(): Promise<Next> {
		while (this.#chunks.length === 0 && this.#end === null)
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		const chunk = this.#chunks.shift();
		if (chunk === undefined) return this.#end ?? { kind: "end" };
		this.#heldBytes -= chunk.length;
		if (this.#heldBytes < HIGH_BYTES && this.#body.isPaused()) this.#body.resume();
		return { kind: "chunk", chunk };
	}

	#take(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#heldBytes += chunk.length;
		if (this.#heldBytes >= HIGH_BYTES) this.#body.pause();
		this.#wake();
	}

	#finish(end: Next): void {
		this.#end ??= end;
		this.#wake();
	}
}
