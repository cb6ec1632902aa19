/**
 * Buffers of a piece's size, used again once nobody holds them any more: fresh ones are memory that the kernel has to clear, and for every
 * few dozen MiB of them V8 goes through its whole heap. Whoever forgets to release one only makes it garbage.
 */
export class PieceBuffers {
	readonly #pieceBytes: number;
	/** As many are kept for later. */
	readonly #slots: number;
	readonly #idle: ArrayBufferLike[] = [];
	readonly #holders = new WeakMap<ArrayBufferLike, number>();

	constructor(pieceBytes: number, slots: number) {
		this.#pieceBytes = pieceBytes;
		this.#slots = slots;
	}

	/** So many bytes, at most a piece, with anything in them. Held by the caller. */
	take(length: number): Uint8Array {
		const buffer = this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#pieceBytes).buffer;
		this.#holders.set(buffer, 1);
		return Buffer.from(buffer, 0, length);
	}

	/** One holder more of the buffer that the bytes lie in. Nothing happens to bytes that are not from here. */
	hold(bytes: Uint8Array): void {
		const holders = this.#holders.get(bytes.buffer);
		if (holders !== undefined) this.#holders.set(bytes.buffer, holders + 1);
	}

	/** Whoever took or held them has done with them. */
	release(bytes: Uint8Array): void {
		const { buffer } = bytes;
		const holders = this.#holders.get(buffer);
		if (holders === undefined) return;
		if (holders > 1) {
			this.#holders.set(buffer, holders - 1);
			return;
		}
		this.#holders.delete(buffer);
		if (this.#idle.length < this.#slots) this.#idle.push(buffer);
	}
}
