import type { Journal } from "../record/journal.ts";
import type { Total } from "../swarm/messages.ts";
import type { Swarm } from "../swarm/swarm.ts";

const INTERVAL_MS = 2_000;

/** Keeps what the controller itself sends into the swarm, also for the daemon that comes after. */
export class UplinkMeter {
	readonly #swarm: Swarm;
	readonly #journal: Journal;
	readonly #last = new Map<string, number>();
	readonly #onTotals: (totals: readonly Total[]) => void;
	#timer: NodeJS.Timeout | null = null;

	/** `onTotals` is told of each reading. */
	constructor(swarm: Swarm, journal: Journal, onTotals: (totals: readonly Total[]) => void) {
		this.#swarm = swarm;
		this.#journal = journal;
		this.#onTotals = onTotals;
	}

	start(): void {
		this.#timer ??= setInterval(() => void this.read(), INTERVAL_MS);
	}

	async stop(): Promise<void> {
		if (this.#timer) clearInterval(this.#timer);
		this.#timer = null;
		await this.read();
	}

	/** A swarm that is down has sent nothing new. */
	async read(): Promise<void> {
		const totals = await this.#swarm.totals().catch(() => []);
		for (const { sha256, uploadedBytes } of totals) {
			const more = uploadedBytes - (this.#last.get(sha256) ?? 0);
			// What a broken connection never took is taken back, and sent again.
			if (more <= 0) continue;
			this.#journal.addUplink(sha256, more);
			this.#last.set(sha256, uploadedBytes);
		}
		this.#onTotals(totals);
	}
}
