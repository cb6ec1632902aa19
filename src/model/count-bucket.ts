/** Times are monotonic milliseconds. */
export interface Rate {
	readonly perSecond: number;
	readonly burst: number;
}

/** Lets `perSecond` of whatever is counted through on average and `burst` at once. */
export class CountBucket {
	readonly #rate: Rate;
	#tokens: number;
	#at: number;

	constructor(rate: Rate, nowMs: number) {
		this.#rate = rate;
		this.#tokens = rate.burst;
		this.#at = nowMs;
	}

	take(count: number, nowMs: number): boolean {
		const earned = ((nowMs - this.#at) / 1000) * this.#rate.perSecond;
		this.#tokens = Math.min(this.#rate.burst, this.#tokens + Math.max(0, earned));
		this.#at = nowMs;
		if (this.#tokens < count) return false;
		this.#tokens -= count;
		return true;
	}
}
