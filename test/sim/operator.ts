import type { Event } from "../../src/model/event.ts";
import type { Decision } from "../../src/plan/decide.ts";
import type { Simulator } from "./simulator.ts";

const PROMOTED_AFTER_MS = 10 * 60_000;
const APPROVED_AFTER_MS = 40 * 60_000;

/** The person who approves revisions and lets rings go on, some time after being asked. */
export class Operator {
	readonly #sim: Simulator;
	readonly #answered = new Set<string>();

	constructor(sim: Simulator) {
		this.#sim = sim;
	}

	look({ held }: Decision): void {
		const { fleet, truth } = this.#sim;
		const policy = truth.policy.name;
		const rollout = fleet.rollouts.get(policy)?.id ?? "";
		for (const { reason } of held) {
			if (reason.kind === "promotion_pending")
				this.#answer(
					`${rollout} ${reason.ring}`,
					{ kind: "RingPromoted", policy, ring: reason.ring, by: "eve" },
					PROMOTED_AFTER_MS,
				);
			if (reason.kind !== "approval_pending") continue;
			const { revision } = truth.policy;
			this.#answer(revision, { kind: "PolicyApproved", policy, revision, by: "eve" }, APPROVED_AFTER_MS);
		}
	}

	#answer(question: string, answer: DistributiveOmit<Event, "at">, afterMs: number): void {
		if (this.#answered.has(question)) return;
		this.#answered.add(question);
		const sim = this.#sim;
		sim.after(afterMs, () => sim.tell(() => sim.record({ ...answer, at: sim.truth.clock } as Event)));
	}
}

type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
