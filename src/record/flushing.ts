import { closeSync, fdatasync, openSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";

const flush = promisify(fdatasync);

/**
 * Brings a file to the disk beside the loop: a disk may take a third of a second for it, in which nobody would be answered.
 * Who writes while one flush is under way is served by the next, all of them together.
 */
export class Flushing {
	readonly #file: string;
	#descriptor: number | null = null;
	#isStopped = false;
	/** The flush that is under way, or the last one. */
	#current: Promise<void> = Promise.resolve();
	/** The one after it, which takes whatever is written until it begins. */
	#next: Promise<void> | null = null;

	/** The file need not be there before the first flush; it must stay the same file from then on. */
	constructor(file: string) {
		this.#file = file;
	}

	/** Takes what was just written. A flush that failed fails all after it: the kernel may have dropped what it could not write (fsync(2)). */
	request(): Promise<void> {
		this.#next ??= this.#after(this.#current);
		return this.#next;
	}

	/** Resolves when whatever was requested is on the disk. */
	done(): Promise<void> {
		return this.#next ?? this.#current;
	}

	/** What is still requested is left undone: whoever stops it has brought the file to the disk otherwise. Safe to call twice. */
	stop(): void {
		if (this.#isStopped) return;
		this.#isStopped = true;
		const close = () => {
			if (this.#descriptor !== null) closeSync(this.#descriptor);
			this.#descriptor = null;
		};
		this.done().then(close, close);
	}

	async #after(before: Promise<void>): Promise<void> {
		await before;
		// Several writes of one turn are one flush.
		await nextTurn();
		this.#current = this.#next ?? this.#current;
		this.#next = null;
		if (this.#isStopped) return;
		this.#descriptor ??= openSync(this.#file, "r+");
		await flush(this.#descriptor);
	}
}
