import { notifySystemd } from "./notify-systemd.ts";

/** Of the time within which systemd wants to hear of us (sd_watchdog_enabled(3) advises half of it). */
const SHARE = 1 / 3;
const US_PER_MS = 1000;

export interface WatchdogOptions {
	/** Resolves once the daemon has decided once more. */
	readonly turn: () => Promise<void>;
	readonly env?: NodeJS.ProcessEnv;
	readonly tell?: (variable: string) => Promise<void>;
}

/**
 * Tells systemd that we are well only when a whole turn of the loop has come to its end since the last time: a process that is
 * alive but no longer decides is killed and started again. Without WATCHDOG_USEC nobody asks, and nothing happens.
 */
export class Watchdog {
	readonly #options: WatchdogOptions;
	#timer: NodeJS.Timeout | undefined;
	#isAsking = false;

	constructor(options: WatchdogOptions) {
		this.#options = options;
	}

	/** Safe to call twice. */
	start(): void {
		const { env = process.env } = this.#options;
		const withinUs = Number(env.WATCHDOG_USEC ?? 0);
		const isOurs = env.WATCHDOG_PID === undefined || Number(env.WATCHDOG_PID) === process.pid;
		if (this.#timer !== undefined || !(withinUs > 0) || !isOurs) return;
		this.#timer = setInterval(() => void this.#ask(), (withinUs / US_PER_MS) * SHARE);
		void this.#ask();
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	/** A turn that does not end is not asked for again: the silence is what systemd has to hear. */
	async #ask(): Promise<void> {
		if (this.#isAsking) return;
		this.#isAsking = true;
		const { turn, tell = notifySystemd } = this.#options;
		await turn();
		await tell("WATCHDOG=1");
		this.#isAsking = false;
	}
}
