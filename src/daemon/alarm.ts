import schedule from "node-schedule";

/** The daemon's one timer: rings once, at the moment last set. */
export class Alarm {
	readonly #ring: () => void;
	#job: schedule.Job | null = null;

	constructor(ring: () => void) {
		this.#ring = ring;
	}

	/** `at` in ms since the epoch; null: only events wake us. */
	set(at: number | null): void {
		this.stop();
		if (at === null) return;
		this.#job = schedule.scheduleJob(new Date(at), this.#ring);
		// node-schedule answers a date that has passed with null instead of a job.
		if (this.#job === null) setImmediate(this.#ring);
	}

	stop(): void {
		this.#job?.cancel();
		this.#job = null;
	}
}
