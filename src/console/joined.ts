/** Makes one answer at a time: whoever asks meanwhile gets the next, which begins after all of them have asked. */
export class Joined<Answer> {
	readonly #make: () => Promise<Answer>;
	#current: Promise<unknown> = Promise.resolve();
	#next: Promise<Answer> | null = null;

	constructor(make: () => Promise<Answer>) {
		this.#make = make;
	}

	ask(): Promise<Answer> {
		this.#next ??= this.#after(this.#current);
		return this.#next;
	}

	async #after(before: Promise<unknown>): Promise<Answer> {
		await before.catch(() => undefined);
		this.#current = this.#next ?? this.#current;
		this.#next = null;
		return this.#make();
	}
}
