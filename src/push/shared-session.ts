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

/** Of a connection that others wait for the place of, however long it took to open. */
const LONGEST_REST_MS = 1_000;

/** One machine's connection with its users: opened at once, closed by `stop`. */
export class SharedSession {
	readonly machine: string;
	#openedInMs = 0;
	#users = 0;
	#idle: { readonly timer: NodeJS.Timeout; readonly sinceMs: number; readonly isLeaving: boolean } | null = null;
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

	get isUsed(): boolean {
		return this.#users > 0;
	}

	/** Nobody uses it, and nobody has said yet that it is to go. */
	get isSpare(): boolean {
		return this.#idle !== null && !this.#idle.isLeaving;
	}

	enter(): void {
		this.#users++;
		if (this.#idle) clearTimeout(this.#idle.timer);
		this.#idle = null;
	}

	leave(): void {
		this.#users--;
	}

	/** Calls back when nobody has come for so long. */
	rest(restMs: number, over: () => void): void {
		this.#idle = { timer: setTimeout(over, restMs), sinceMs: performance.now(), isLeaving: false };
	}

	/**
	 * Calls back as soon as it has rested for as long as it took to open, which may be at once: a machine's next step follows the last one
	 * closely, and would wait longer for a new connection than others do for this place.
	 */
	giveWay(over: () => void): void {
		const sinceMs = this.#idle?.sinceMs ?? performance.now();
		if (this.#idle) clearTimeout(this.#idle.timer);
		const restMs = Math.min(this.#openedInMs, LONGEST_REST_MS) - (performance.now() - sinceMs);
		this.#idle = { timer: setTimeout(over, Math.max(0, restMs)), sinceMs, isLeaving: true };
	}

	stop(): void {
		if (this.#idle) clearTimeout(this.#idle.timer);
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
		const beganAt = performance.now();
		this.#settled = await Session.connect(target, signal, bastions.dialFor(target));
		this.#openedInMs = performance.now() - beganAt;
		started();
		if (signal.aborted) this.stop();
		return this.#settled;
	}
}
