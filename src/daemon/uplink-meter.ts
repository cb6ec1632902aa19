import type { Journal } from "../record/journal.ts";
import type { Swarm } from "../swarm/swarm.ts";

const INTERVAL_MS = 2_000;

/** Adds up what the controller itself sends into the swarm, over restarts of the swarm process and of the daemon. */
export class UplinkMeter {
	readonly #swarm: Swarm;
	readonly #journal: Journal;
	readonly #last = new Map<string, number>();
	#timer: NodeJS.Timeout | null = null;

	constructor(swarm: Swarm, journal: Journal) {
		this.#swarm = swarm;
		this.#journal = journal;
	}

	start(): void {
		this.#timer ??= setInterval(() => void this.read(), INTERVAL_MS);
	}

	async stop(): Promise<void> {
		if (this.#timer) clearInterval(this.#timer);
		this.#timer = null;
		await this.read();
	}

	/** A total below the last one is a new process that counts from zero. A swarm that is down has sent nothing new. */
	async read(): Promise<void> {
		const totals = await this.#swarm.totals().catch(() => []);
		for (const { sha256, uploadedBytes } of totals) {
			const last = this.#last.get(sha256) ?? 0;
			const more = uploadedBytes >= last ? uploadedBytes - last : uploadedBytes;
			if (more > 0) this.#journal.addUplink(sha256, more);
			this.#last.set(sha256, uploadedBytes);
		}
	}
}
