import { setImmediate as nextTurn } from "node:timers/promises";

/** Lines come in bursts, and each write to each of hundreds of clients is a packet of its own. */
const GATHER_MS = 200;
/** Told in one turn; who asks for something comes in between. */
const TOLD_TOGETHER = 25;

/** Who wants to be told when something new is there. */
export class Followers {
	readonly #listeners = new Set<() => void>();
	#isTelling = false;

	get isNobody(): boolean {
		return this.#listeners.size === 0;
	}

	/** Answers what ends it. */
	add(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Tells all of them a moment from now, once for all that happens until then. */
	tellSoon(): void {
		if (this.#isTelling || this.isNobody) return;
		this.#isTelling = true;
		setTimeout(() => void this.#tell(), GATHER_MS);
	}

	async #tell(): Promise<void> {
		// What happens from here on is told the next time, to those as well who have been told already.
		this.#isTelling = false;
		let told = 0;
		for (const listener of [...this.#listeners]) {
			if (this.#listeners.has(listener)) listener();
			told += 1;
			if (told % TOLD_TOGETHER === 0) await nextTurn();
		}
	}
}
