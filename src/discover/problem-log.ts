const QUIET_MS = 60_000;

/** Tells the first problem of a kind at once and then one a minute, with the count of those in between: anyone can cause them. */
export class ProblemLog {
	readonly #tell: (detail: string) => void;
	readonly #kinds = new Map<string, { at: number; untold: number }>();

	constructor(tell: (detail: string) => void) {
		this.#tell = tell;
	}

	/** `kind` must come from a small fixed set; what the network said belongs in `detail`. */
	tell(kind: string, detail: string): void {
		const now = performance.now();
		const last = this.#kinds.get(kind);
		if (last && now - last.at < QUIET_MS) {
			last.untold += 1;
			return;
		}
		this.#kinds.set(kind, { at: now, untold: 0 });
		this.#tell(last?.untold ? `${detail} (and ${last.untold} more in between)` : detail);
	}
}
