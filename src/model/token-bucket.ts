const BURST_MS = 100;
const MIN_BURST_BYTES = 64 * 1024;

/** How much may be sent at once after a silence. */
export function burstBytes(bytesPerSecond: number): number {
	return Math.max(MIN_BURST_BYTES, (bytesPerSecond * BURST_MS) / 1000);
}

/** A rate limit that can be changed at any time. Times are in milliseconds on any clock that does not go back. */
export class TokenBucket {
	#bytesPerSecond: number | null = null;
	#bytes = 0;
	#at = 0;

	/** Null: no limit. */
	limit(bytesPerSecond: number | null): void {
		this.#bytesPerSecond = bytesPerSecond;
	}

	/** Takes what is to move, or says after how many milliseconds to ask again. It may go below nothing by one taking. */
	take(bytes: number, now: number): number {
		if (this.#bytesPerSecond === null) return 0;
		const earned = (this.#bytesPerSecond * (now - this.#at)) / 1000;
		this.#bytes = Math.min(burstBytes(this.#bytesPerSecond), this.#bytes + earned);
		this.#at = now;
		if (this.#bytes <= 0) return Math.ceil((-this.#bytes / this.#bytesPerSecond) * 1000) + 1;
		this.#bytes -= bytes;
		return 0;
	}
}
