import type { Limits } from "./limits.ts";

const SAMPLES = 4;

/** Aborts its signal when fewer bytes than the floor arrived over a whole window, waiting for the first one included. */
export class SpeedFloor {
	readonly #controller = new AbortController();
	readonly #limits: Limits;
	readonly #recent: number[] = [];
	#current = 0;
	#excuses = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(limits: Limits) {
		this.#limits = limits;
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	start(): void {
		this.#timer ??= setInterval(() => this.#judge(), this.#limits.floorWindowMs / SAMPLES);
	}

	count(bytes: number): void {
		this.#current += bytes;
	}

	/** While the source waits for us, it is not judged. */
	async excuse(wait: Promise<void>): Promise<void> {
		this.#excuses += 1;
		await wait;
		this.#excuses -= 1;
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	#judge(): void {
		if (this.#excuses > 0) this.#recent.length = 0;
		else this.#recent.push(this.#current);
		this.#current = 0;
		if (this.#recent.length > SAMPLES) this.#recent.shift();
		const received = this.#recent.reduce((sum, bytes) => sum + bytes, 0);
		const least = (this.#limits.floorBytesPerSecond * this.#limits.floorWindowMs) / 1000;
		if (this.#recent.length === SAMPLES && received < least) this.#controller.abort();
	}
}
