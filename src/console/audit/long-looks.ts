import { setImmediate as nextTurn } from "node:timers/promises";

/** However many there are, all else waits for a part of one of them at a time. */
export class LongLooks {
	#last: Promise<void> = Promise.resolve();

	/** Resolves when it is one's turn to go on. */
	next(): Promise<void> {
		this.#last = this.#last.then(() => nextTurn());
		return this.#last;
	}
}
