/** A number of places; who comes when all are taken waits in line. */
export class Slots {
	readonly #waiting: (() => void)[] = [];
	#free: number;

	constructor(count: number) {
		this.#free = count;
	}

	/** Answers a function that gives the place back, once; null when the signal aborts first. */
	async take(signal: AbortSignal): Promise<(() => void) | null> {
		if (signal.aborted) return null;
		if (this.#free > 0) {
			this.#free--;
			return this.#giver();
		}
		return new Promise((resolve) => {
			const admit = () => {
				signal.removeEventListener("abort", leave);
				resolve(this.#giver());
			};
			const leave = () => {
				this.#waiting.splice(this.#waiting.indexOf(admit), 1);
				resolve(null);
			};
			this.#waiting.push(admit);
			signal.addEventListener("abort", leave, { once: true });
		});
	}

	get isFull(): boolean {
		return this.#free === 0;
	}

	get isContested(): boolean {
		return this.#waiting.length > 0;
	}

	#giver(): () => void {
		let isGiven = false;
		return () => {
			if (isGiven) return;
			isGiven = true;
			const next = this.#waiting.shift();
			if (next) next();
			else this.#free++;
		};
	}
}
