import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { stablePercentile } from "../plan/stable-hash.ts";

/** Chance from a seed: the same seed and words, the same course. */
export class Random {
	readonly #generator: ReturnType<typeof xoroshiro128plus>;

	/** The words give each user of one seed a course of its own. */
	constructor(seed: number, ...words: readonly string[]) {
		const mixed = Math.floor(stablePercentile(String(seed), ...words) * 2 ** 24);
		this.#generator = xoroshiro128plus(mixed);
	}

	/** From 0 up to 1, without it. */
	share(): number {
		return uniformFloat64(this.#generator);
	}

	/** From `least` up to `most`, without it. */
	between(least: number, most: number): number {
		return least + this.share() * (most - least);
	}

	/** Around the median, half of the time within a factor of two thirds to one and a half; never beyond a factor of eight. */
	around(median: number): number {
		const normal = Math.sqrt(-2 * Math.log(1 - this.share())) * Math.cos(2 * Math.PI * this.share());
		return median * Math.min(8, Math.max(1 / 8, Math.exp(0.6 * normal)));
	}

	happens(probability: number): boolean {
		return this.share() < probability;
	}

	/** One of them; the list must not be empty. */
	pick<T>(list: readonly T[]): T {
		const picked = list[Math.floor(this.share() * list.length)];
		if (picked === undefined) throw new Error("nothing to pick from");
		return picked;
	}
}
