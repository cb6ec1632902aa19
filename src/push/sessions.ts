import { createHash } from "node:crypto";
import { Bastions } from "./bastions.ts";
import type { Failed } from "./failed.ts";
import type { Dial } from "./open-connection.ts";
import { Session } from "./session.ts";
import { SharedSession } from "./shared-session.ts";
import { Slots } from "./slots.ts";
import { sshFailure } from "./ssh-failure.ts";
import { Starts, type Way } from "./starts.ts";
import type { Target } from "./target.ts";
import { untilAborted } from "./until-aborted.ts";
import type { Helpers } from "./windows/shim.ts";

const IDLE_MS = 30_000;

export interface SessionsOptions {
	/** Connections that may be open. */
	readonly limit: number;
	readonly idleMs?: number;
	/** Our programs, for machines that need one to be asked anything. */
	readonly helpers?: Helpers;
}

/** Connections shared by a machine's steps: one a machine, kept a while after its last use, limited in number. */
export class Sessions {
	readonly #shared = new Map<string, SharedSession>();
	readonly #stopping = new AbortController();
	readonly #open: Slots;
	readonly #starting = new Starts();
	readonly #bastions = new Bastions();
	readonly #idleMs: number;
	readonly #helpers: Helpers;

	constructor({ limit, idleMs = IDLE_MS, helpers = async () => null }: SessionsOptions) {
		this.#helpers = helpers;
		this.#open = new Slots(limit);
		this.#idleMs = idleMs;
	}

	/** Aborted by `stop`. */
	get stopped(): AbortSignal {
		return this.#stopping.signal;
	}

	/** Does something with the machine's session, connecting first if need be. Errors: FS-SSH-*, FS-BECOME-*. */
	async use<T>(
		target: Target,
		signal: AbortSignal,
		act: (session: Session, signal: AbortSignal) => Promise<T>,
	): Promise<T | Failed> {
		const ending = AbortSignal.any([signal, this.#stopping.signal]);
		if (ending.aborted) return sshFailure(target, new Error("stopped"));
		const key = createHash("sha256").update(JSON.stringify(target)).digest("hex");
		const shared = this.#find(key, target);
		shared.enter();
		try {
			const session = await untilAborted(shared.opened, ending);
			if (session instanceof Session) {
				const { shim } = session;
				const unprepared = shim && (await untilAborted(shim.prepare(this.#helpers, ending), ending));
				if (ending.aborted) return sshFailure(target, new Error("stopped"));
				return unprepared ?? (await act(session, ending));
			}
			return session ?? sshFailure(target, new Error("stopped"));
		} finally {
			shared.leave();
			this.#release(key, shared);
		}
	}

	/** Connections that are open. */
	get open(): number {
		return [...this.#shared.values()].filter(({ isOpen }) => isOpen).length;
	}

	/** Closes the machine's connections: it goes down, and a dead one looks like a slow one for a while. */
	drop(machine: string): void {
		for (const [key, shared] of this.#shared) if (shared.machine === machine) this.#close(key, shared);
	}

	/** Closes every connection; what runs is answered with FS-SSH-LOST. Safe to call twice. */
	stop(): void {
		this.#stopping.abort();
		for (const [key, shared] of this.#shared) this.#close(key, shared);
		this.#bastions.stop();
	}

	/** Begins a handshake with a machine that is only looked at, in line with all others. Null: the signal aborted first. */
	async look<T>(way: Way & Pick<Target, "connectTimeoutMs">, signal: AbortSignal, act: (dial: Dial) => Promise<T>) {
		const started = await this.#starting.take(way, signal);
		return started && (await act(this.#bastions.dialFor(way)).finally(started));
	}

	#find(key: string, target: Target): SharedSession {
		const known = this.#shared.get(key);
		if (known?.isUsable) return known;
		this.#makeRoom();
		const shared = new SharedSession(target, {
			open: this.#open,
			starting: this.#starting,
			bastions: this.#bastions,
		});
		this.#shared.set(key, shared);
		return shared;
	}

	/** With all places taken, a connection that nobody uses gives way. */
	#makeRoom(): void {
		if (!this.#open.isFull) return;
		const spare = [...this.#shared].find(([, { isSpare }]) => isSpare);
		if (spare) spare[1].giveWay(() => this.#close(...spare));
	}

	#release(key: string, shared: SharedSession): void {
		if (shared.isUsed) return;
		const close = () => this.#close(key, shared);
		if (!shared.isOpen) close();
		else if (this.#open.isContested) shared.giveWay(close);
		else shared.rest(this.#idleMs, close);
	}

	#close(key: string, shared: SharedSession): void {
		if (this.#shared.get(key) === shared) this.#shared.delete(key);
		shared.stop();
	}
}
