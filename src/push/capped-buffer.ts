/** Keeps the first bytes of a stream, up to a limit, and forgets the rest. */
export class CappedBuffer {
	readonly #limit: number;
	readonly #chunks: Buffer[] = [];
	#kept = 0;

	constructor(limitBytes: number) {
		this.#limit = limitBytes;
	}

	add(chunk: Buffer): void {
		const kept = chunk.subarray(0, this.#limit - this.#kept);
		if (kept.length === 0) return;
		this.#chunks.push(kept);
		this.#kept += kept.length;
	}

	bytes(): Buffer {
		return Buffer.concat(this.#chunks);
	}
}
