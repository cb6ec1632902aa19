/** Over which it is measured: many, since they come when they please. */
const MOMENTS = 16;
/** What happens within so long is one moment: events come in bursts. */
const MOMENT_MS = 50;

interface Moment {
	readonly at: number;
	events: number;
}

/** How often something happens of late, or since it is counted. Times are in milliseconds on any clock that does not go back. */
export class RecentRate {
	readonly #moments: Moment[] = [];
	#since: number;
	/** In all of the moments. */
	#events = 0;

	constructor(since: number) {
		this.#since = since;
	}

	count(now: number): void {
		this.#events++;
		const last = this.#moments.at(-1);
		if (last && now - last.at < MOMENT_MS) {
			last.events++;
			return;
		}
		this.#moments.push({ at: now, events: 1 });
		if (this.#moments.length <= MOMENTS) return;
		const oldest = this.#moments.shift() as Moment;
		this.#since = oldest.at;
		this.#events -= oldest.events;
	}

	perSecond(now: number): number {
		return (this.#events * 1000) / Math.max(1, now - this.#since);
	}
}

/** The middle one of the values, the higher one of two; 0 of none. */
export function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
