import type { Rollout } from "../model/fleet.ts";
import type { LedgerStep } from "../model/step.ts";
import type { Part } from "./ground.ts";
import type { RingCount } from "./rings.ts";

/** Gives up those that stayed away for longer than the policy waits. */
export function decideAbsent(rollout: Rollout, rings: readonly RingCount[], now: number): Omit<Part, "held"> {
	const { policy } = rollout.policy.offline;
	const steps: LedgerStep[] = [];
	const wakes: number[] = [];
	for (const { members, standings } of rings)
		members.forEach(({ machine, givesUpAt: at, changingUntil }, index) => {
			if (at === null || standings[index] !== "open") return;
			if (at > now) wakes.push(at);
			else if (policy !== "wait" && changingUntil <= now)
				steps.push({
					kind: "give_up",
					rollout: rollout.id,
					absentee: machine.name,
					as: policy === "skip" ? "skipped" : "failed",
				});
		});
	return { steps, wakes };
}
