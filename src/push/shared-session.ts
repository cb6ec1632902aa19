import type { Bastions } from "./bastions.ts";
import type { Failed } from "./failed.ts";
import { Session } from "./session.ts";
import type { Slots } from "./slots.ts";
import type { Starts } from "./starts.ts";
import type { Target } from "./target.ts";

export interface Limits {
	/** Connections that may be open. */
	readonly open: Slots;
	/** Connections that may be in their handshake. */
	readonly starting: Starts;
	readonly bastions: Bastions;
}

/** One machine's connection with its users: opened at once, closed by `stop`. */
export class SharedSession {
	users = 0;
	idle: NodeJS.Timeout | null = null;
	readonly machine: string;
	/** Never rejects. */
	readonly opened: Promise<Session | Failed | null>;
	readonly #ending = new AbortController();
	#leave: (() => void) | null = null;
	#settled: Session | Failed | null = null;

	constructor(target: Target, limits: Limits) {
		this.machine = target.machine;
		this.opened = this.#open(target, limits);
	}

	/** False once it failed, was lost or was stopped. */
	get isUsable(): boolean {
		if (this.#ending.signal.aborted) return false;
		return this.#settled === null || (this.#settled instanceof Session && this.#settled.isAlive);
	}

	get isOpen(): boolean {
		return this.#settled instanceof Session && this.isUsable;
	}

	stop(): void {
		if (this.idle) clearTimeout(this.idle);
		this.#ending.abort();
		if (this.#settled instanceof Session) this.#settled.stop();
		this.#leave?.();
	}

	async #open(target: Target, { open, starting, bastions }: Limits): Promise<Session | Failed | null> {
		const { signal } = this.#ending;
		this.#leave = await open.take(signal);
		// A place that came in the very moment of `stop`, which found none to give back.
		if (signal.aborted) this.#leave?.();
		const started = await starting.take(target, signal);
		if (!started) return null;
		this.#settled = await Session.connect(target, signal, bastions.dialFor(target));
		started();
		if (signal.aborted) this.stop();
		return this.#settled;
	}
}
