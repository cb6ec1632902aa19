import type { Machine } from "../model/machine.ts";
import type { Scanned } from "../push/task.ts";

/** sshd locks out an address that connects again and again and never logs in (PerSourcePenalties), and that is ours. */
const KEPT_MS = 5_000;
/** Each stands in line with the handshakes of rollouts. */
const MOST_AT_ONCE = 8;

interface KeyLooksOptions {
	readonly scan: (machine: Machine) => Promise<Scanned>;
	/** ms that only grow. */
	readonly clock: () => number;
}

/** Keys that people ask to see. Whoever may look may ask for them, and must not be able to hold up a rollout by that. */
export class KeyLooks {
	readonly #options: KeyLooksOptions;
	/** By machine, the oldest first; what is under way, or ended a moment ago. */
	readonly #looks = new Map<string, { readonly answer: Promise<Scanned>; endedAt: number }>();

	constructor(options: KeyLooksOptions) {
		this.#options = options;
	}

	/** Errors: FS-API-RATE, FS-SSH-*. */
	async look(machine: Machine): Promise<Scanned> {
		const { scan, clock } = this.#options;
		for (const [name, { endedAt }] of this.#looks) if (clock() - endedAt >= KEPT_MS) this.#looks.delete(name);
		const known = this.#looks.get(machine.name);
		if (known) return known.answer;
		const underWay = [...this.#looks.values()].filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY).length;
		if (underWay >= MOST_AT_ONCE)
			return {
				kind: "failed",
				failure: { code: "FS-API-RATE", detail: `the keys of ${underWay} machines are being read` },
			};
		const look = { answer: scan(machine), endedAt: Number.POSITIVE_INFINITY };
		this.#looks.set(machine.name, look);
		return look.answer.finally(() => {
			look.endedAt = clock();
		});
	}
}
