/** Events over which it is measured: many, since they come in bursts. */
const EVENTS = 32;

/** How often something happens of late, or since it is counted. Times are in milliseconds on any clock that does not go back. */
export class RecentRate {
	readonly #times: number[];
	#counted = 0;

	constructor(since: number) {
		this.#times = Array.from({ length: EVENTS }, () => since);
	}

	count(now: number): void {
		this.#times[this.#counted % EVENTS] = now;
		this.#counted++;
	}

	perSecond(now: number): number {
		const oldest = this.#times[this.#counted % EVENTS] ?? now;
		return (Math.min(this.#counted, EVENTS) * 1000) / Math.max(1, now - oldest);
	}
}

/** The middle one of the values, the higher one of two; 0 of none. */
export function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
