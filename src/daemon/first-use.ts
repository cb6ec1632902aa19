import type { HostKey, Machine } from "../model/machine.ts";
import { Slots } from "../push/slots.ts";
import type { Scanned } from "../push/task.ts";

/** Keys that are read at once. */
const AT_ONCE = 8;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 30 * 60_000;

export interface FirstUseOptions {
	readonly scan: (machine: Machine, signal: AbortSignal) => Promise<Scanned>;
	/** Told each key that a machine showed first. */
	readonly onKey: (machine: string, hostKey: HostKey) => void;
	readonly firstPauseMs?: number;
}

/**
 * What `accept-new` in ssh_config(5) does: the first key that a machine of the inventory shows is its key from then on. What is only
 * found on the network is never taken so.
 */
export class FirstUse {
	readonly #options: FirstUseOptions;
	readonly #slots = new Slots(AT_ONCE);
	readonly #stopping = new AbortController();
	readonly #looking = new Set<string>();
	#machines: ReadonlyMap<string, Machine> = new Map();

	constructor(options: FirstUseOptions) {
		this.#options = options;
	}

	/** Looks at every machine that nobody has approved yet; safe to call as often as machines change. */
	follow(machines: ReadonlyMap<string, Machine>): void {
		if (this.#machines === machines || this.#stopping.signal.aborted) return;
		this.#machines = machines;
		for (const { name } of machines.values()) {
			if (!this.#isWanted(name) || this.#looking.has(name)) continue;
			this.#looking.add(name);
			void this.#lookAt(name).finally(() => this.#looking.delete(name));
		}
	}

	/** Safe to call twice. */
	stop(): void {
		this.#stopping.abort();
	}

	#isWanted(name: string): boolean {
		const machine = this.#machines.get(name);
		return machine?.trust.kind === "discovered" && machine.sources.includes("inventory");
	}

	async #lookAt(name: string): Promise<void> {
		const { scan, onKey, firstPauseMs = FIRST_PAUSE_MS } = this.#options;
		const { signal } = this.#stopping;
		for (let tries = 0; this.#isWanted(name) && !signal.aborted; tries++) {
			const give = await this.#slots.take(signal);
			const machine = this.#machines.get(name);
			const scanned = give && machine ? await scan(machine, signal) : null;
			give?.();
			if (scanned?.kind === "host_key" && this.#isWanted(name)) return onKey(name, scanned.hostKey);
			await pause(Math.min(firstPauseMs * 2 ** tries, LONGEST_PAUSE_MS), signal);
		}
	}
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, ms);
		signal.addEventListener("abort", end, { once: true });
	});
}
