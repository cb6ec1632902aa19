import type { Rollout } from "../model/fleet.ts";
import type { LedgerStep } from "../model/step.ts";
import { changingUntil } from "./changing.ts";
import { givesUpAt } from "./contact.ts";
import type { Part } from "./ground.ts";
import type { RingCount } from "./rings.ts";
import { machineStanding } from "./standing.ts";

/** Gives up those that stayed away for longer than the policy waits. */
export function decideAbsent(rollout: Rollout, rings: readonly RingCount[], now: number): Omit<Part, "held"> {
	const { policy } = rollout.policy.offline;
	const steps: LedgerStep[] = [];
	const wakes: number[] = [];
	for (const { members } of rings)
		for (const machine of members) {
			const at = givesUpAt(rollout, machine);
			if (at === null || machineStanding(rollout, machine, now) !== "open") continue;
			if (at > now) wakes.push(at);
			else if (policy !== "wait" && changingUntil(rollout, machine.name) <= now)
				steps.push({
					kind: "give_up",
					rollout: rollout.id,
					absentee: machine.name,
					as: policy === "skip" ? "skipped" : "failed",
				});
		}
	return { steps, wakes };
}
