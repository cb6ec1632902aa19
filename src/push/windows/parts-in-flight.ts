/** Parts of a file on their way to a machine, a few at a time. */
export class PartsInFlight {
	readonly #limit: number;
	#count = 0;
	#broken: Error | null = null;
	#wake: (() => void) | null = null;

	constructor(limit: number) {
		this.#limit = limit;
	}

	add(taken: Promise<void>): void {
		this.#count += 1;
		taken
			.catch((error: Error) => this.stop(error))
			.finally(() => {
				this.#count -= 1;
				this.#wake?.();
			});
	}

	/** Nobody waits any more; the first reason is the one that is told. */
	stop(reason: Error): void {
		this.#broken ??= reason;
		this.#wake?.();
	}

	/** Until another part may go. Rejects when one was refused, or all were stopped. */
	room(): Promise<void> {
		return this.#atMost(this.#limit - 1);
	}

	allTaken(): Promise<void> {
		return this.#atMost(0);
	}

	async #atMost(count: number): Promise<void> {
		while (this.#broken === null && this.#count > count)
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		if (this.#broken) throw this.#broken;
	}
}
