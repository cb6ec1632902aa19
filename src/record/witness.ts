import type { Head } from "./verify-chain.ts";

/** Whoever changes the file again and again is found out by the first of what is gone. */
const LOST_KEPT = 16;

/** Remembers what the journal ended with, so that whoever changes the file beside us, and all hashes with it, is found out by us. */
export class Witness {
	readonly #lost: Head[] = [];
	#last: Head;

	/** `head`: as it was found. */
	constructor(head: Head) {
		this.#last = head;
	}

	/** Lines came after `before`. When that is not what we saw last, somebody else was at the file. */
	saw(before: Head, after: Head): void {
		const isOurs = before.seq === this.#last.seq && before.hash === this.#last.hash;
		if (!isOurs && this.#lost.length < LOST_KEPT) this.#lost.push(this.#last);
		this.#last = after;
	}

	/** Lines that must be there. */
	heads(): readonly Head[] {
		return [...this.#lost, this.#last];
	}
}
