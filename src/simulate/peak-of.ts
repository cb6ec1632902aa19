import type { Peak } from "./timeline.ts";

/** Counts what goes on at once, and remembers the most. */
export class PeakOf {
	#count = 0;
	#most = 0;
	#at: number | null = null;

	up(at: number): void {
		this.#count += 1;
		if (this.#count <= this.#most) return;
		this.#most = this.#count;
		this.#at = at;
	}

	down(): void {
		this.#count -= 1;
	}

	get peak(): Peak {
		return { most: this.#most, at: this.#at };
	}
}
