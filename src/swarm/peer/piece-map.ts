/** How many neighbours hold each piece, and which we hold. */
export class PieceMap {
	readonly count: number;
	readonly #isHeld: Uint8Array;
	readonly #holders: Uint16Array;
	#held = 0;

	constructor(count: number) {
		this.count = count;
		this.#isHeld = new Uint8Array(count);
		this.#holders = new Uint16Array(count);
	}

	get isComplete(): boolean {
		return this.#held === this.count;
	}

	get heldCount(): number {
		return this.#held;
	}

	isHeld(piece: number): boolean {
		return this.#isHeld[piece] === 1;
	}

	hold(piece: number): void {
		if (this.isHeld(piece)) return;
		this.#isHeld[piece] = 1;
		this.#held++;
	}

	/** One neighbour more, or less, holds it. */
	countHolder(piece: number, change: 1 | -1): void {
		this.#holders[piece] = (this.#holders[piece] ?? 0) + change;
	}

	/**
	 * The piece that the fewest neighbours hold among those offered that the condition allows; equals are drawn by lot, so that two
	 * peers do not fetch the same ones in the same order. `chance` is in [0, 1). What we hold meanwhile leaves the offer. Null: none.
	 */
	rarest(offer: number[], isAllowed: (piece: number) => boolean, chance: number): number | null {
		const start = Math.floor(chance * offer.length);
		let [rarest, least]: [number | null, number] = [null, Number.POSITIVE_INFINITY];
		for (let step = 0; step < offer.length; step++) {
			const at = (start + step) % offer.length;
			const piece = offer[at] as number;
			if (this.isHeld(piece)) {
				// The last one takes its place, and is not looked at in this round.
				offer[at] = offer[offer.length - 1] as number;
				offer.pop();
				continue;
			}
			const holders = this.#holders[piece] ?? 0;
			if (holders < least && isAllowed(piece)) [rarest, least] = [piece, holders];
		}
		return rarest;
	}

	/** As the wire tells it: the first piece is the highest bit of the first byte (BEP 3). */
	bits(): Uint8Array {
		const bits = new Uint8Array(Math.ceil(this.count / 8));
		for (let piece = 0; piece < this.count; piece++)
			if (this.isHeld(piece)) bits[piece >> 3] = (bits[piece >> 3] ?? 0) | (0x80 >> (piece & 7));
		return bits;
	}
}
