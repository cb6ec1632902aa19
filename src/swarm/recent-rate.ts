/** Events over which it is measured. */
const EVENTS = 8;

/** How often something happens of late. Times are in milliseconds on any clock that does not go back. */
export class RecentRate {
	readonly #times: number[] = [];
	#counted = 0;

	count(now: number): void {
		this.#times[this.#counted % EVENTS] = now;
		this.#counted++;
	}

	/** null: too little has happened yet to tell. */
	perSecond(now: number): number | null {
		if (this.#counted < EVENTS) return null;
		const oldest = this.#times[this.#counted % EVENTS] ?? now;
		return (EVENTS * 1000) / Math.max(1, now - oldest);
	}
}

/** The middle one of the values, the higher one of two; 0 of none. */
export function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
