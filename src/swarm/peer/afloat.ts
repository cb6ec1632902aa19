import type { Neighbour } from "./neighbour.ts";

/** Enough to keep a slow link busy until the first word comes back. */
const LEAST_BYTES = 384 * 1024;
/** What is on its way, in time at the rate at which it arrives. */
const AHEAD_SECONDS = 0.3;
/** A piece counts until all of it was told of: of so many pieces at a time, for several neighbours, most may have arrived. */
const UNTOLD_PIECES = 4;
/** Pieces up to this size are told of before that matters. */
const SMALL_PIECE_BYTES = 64 * 1024;
/** The word that it arrived got lost, or was never said. */
const FORGET_MS = 4_000;
/** Weight of the newest measurement of the rate. */
const NEWEST = 0.12;

interface Sent {
	bytes: number;
	at: number;
}

/**
 * What was sent to neighbours and has not arrived as far as they say (a neighbour says `have` of the piece). The kernel takes much more
 * than the link can carry, for every connection: it would overflow the queue before the link, and what is asked for last could no
 * longer be sent first. Times are in milliseconds on any clock that does not go back.
 */
export class Afloat {
	readonly #pieceBytes: number;
	/** Arrived, and not told of yet. */
	readonly #untoldBytes: number;
	readonly #sent = new Map<Neighbour, Map<number, Sent>>();
	#bytes = 0;
	#arrivedBytes = 0;
	/** Bytes per second. */
	#rate = 0;

	constructor(pieceBytes: number) {
		this.#pieceBytes = pieceBytes;
		this.#untoldBytes = UNTOLD_PIECES * Math.max(0, pieceBytes - SMALL_PIECE_BYTES);
	}

	get hasRoom(): boolean {
		return this.#bytes < Math.max(LEAST_BYTES, this.#rate * AHEAD_SECONDS) + this.#untoldBytes;
	}

	/** Whether some of the piece was sent to the neighbour and not yet as much as all: it says `have` only once it got the rest, too. */
	hasBegun(neighbour: Neighbour, piece: number): boolean {
		const bytes = this.#sent.get(neighbour)?.get(piece)?.bytes ?? 0;
		return bytes > 0 && bytes < this.#pieceBytes;
	}

	send(neighbour: Neighbour, piece: number, { bytes, now }: { bytes: number; now: number }): void {
		const pieces = this.#sent.get(neighbour) ?? new Map<number, Sent>();
		this.#sent.set(neighbour, pieces);
		const before = pieces.get(piece)?.bytes ?? 0;
		pieces.set(piece, { bytes: before + bytes, at: now });
		this.#bytes += bytes;
	}

	/** Whether anything of the piece was on its way to the neighbour. */
	arrive(neighbour: Neighbour, piece: number): boolean {
		const bytes = this.#drop(neighbour, piece);
		this.#arrivedBytes += bytes;
		return bytes > 0;
	}

	forget(neighbour: Neighbour): void {
		for (const piece of [...(this.#sent.get(neighbour)?.keys() ?? [])]) this.#drop(neighbour, piece);
		this.#sent.delete(neighbour);
	}

	measure(seconds: number, now: number): void {
		this.#rate = this.#rate * (1 - NEWEST) + (this.#arrivedBytes / seconds) * NEWEST;
		this.#arrivedBytes = 0;
		for (const [neighbour, pieces] of this.#sent)
			for (const [piece, { at }] of [...pieces]) if (now - at > FORGET_MS) this.#drop(neighbour, piece);
	}

	#drop(neighbour: Neighbour, piece: number): number {
		const pieces = this.#sent.get(neighbour);
		const bytes = pieces?.get(piece)?.bytes ?? 0;
		pieces?.delete(piece);
		this.#bytes -= bytes;
		return bytes;
	}
}
