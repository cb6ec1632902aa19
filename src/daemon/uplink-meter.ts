import type { Journal } from "../record/journal.ts";
import type { Sending } from "../swarm/messages.ts";
import type { Swarm } from "../swarm/swarm.ts";

const INTERVAL_MS = 2_000;

/** Keeps what the controller itself sends into the swarm, also for the daemon that comes after. */
export class UplinkMeter {
	readonly #swarm: Pick<Swarm, "countSent">;
	readonly #journal: Pick<Journal, "addUplink">;
	readonly #unkept = new Map<string, number>();
	readonly #onRead: () => void;
	#timer: NodeJS.Timeout | null = null;

	/** `onRead` is called after each reading, also of a swarm that is down. */
	constructor(swarm: Pick<Swarm, "countSent">, journal: Pick<Journal, "addUplink">, onRead: () => void) {
		this.#swarm = swarm;
		this.#journal = journal;
		this.#onRead = onRead;
	}

	start(): void {
		this.#timer ??= setInterval(() => void this.read(), INTERVAL_MS);
	}

	async stop(): Promise<void> {
		if (this.#timer) clearInterval(this.#timer);
		this.#timer = null;
		await this.read();
	}

	add(sent: readonly Sending[]): void {
		for (const { sha256, bytes } of sent) this.#unkept.set(sha256, (this.#unkept.get(sha256) ?? 0) + bytes);
	}

	/** A swarm that is down has sent nothing new. */
	async read(): Promise<void> {
		await this.#swarm.countSent().catch(() => undefined);
		for (const [sha256, bytes] of this.#unkept) {
			// What a broken connection never took is taken back, and sent again.
			if (bytes < 0) continue;
			this.#unkept.delete(sha256);
			if (bytes > 0) this.#journal.addUplink(sha256, bytes);
		}
		this.#onRead();
	}
}
