/** So much may come beyond what is kept; who says more than that will not end. */
const EXCESS_BYTES = 2 ** 20;

/** Keeps the first bytes of a stream, up to a limit, and forgets the rest. */
export class CappedBuffer {
	readonly #limit: number;
	readonly #chunks: Buffer[] = [];
	#kept = 0;
	#forgotten = 0;

	constructor(limitBytes: number) {
		this.#limit = limitBytes;
	}

	get isFlooded(): boolean {
		return this.#forgotten > EXCESS_BYTES;
	}

	add(chunk: Buffer): void {
		const kept = chunk.subarray(0, this.#limit - this.#kept);
		this.#forgotten += chunk.length - kept.length;
		if (kept.length === 0) return;
		this.#chunks.push(kept);
		this.#kept += kept.length;
	}

	bytes(): Buffer {
		return Buffer.concat(this.#chunks);
	}
}
