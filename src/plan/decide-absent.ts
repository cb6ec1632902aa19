import type { Rollout } from "../model/fleet.ts";
import type { LedgerStep } from "../model/step.ts";
import type { Part } from "./ground.ts";
import type { RingCount } from "./rings.ts";
import { type Seat, standingAt } from "./seat.ts";
import { seatsOf } from "./seating.ts";

/** Gives up those that stayed away for longer than the policy waits. */
export function decideAbsent(rollout: Rollout, rings: readonly RingCount[], now: number): Omit<Part, "held"> {
	const { policy } = rollout.policy.offline;
	const wakes = rings.map(({ givesUpAt }) => givesUpAt);
	if (policy === "wait") return { steps: [], wakes };
	const as = policy === "skip" ? "skipped" : "failed";
	const steps = rings.flatMap((count) =>
		overdueIn(rollout, count, now).map(
			({ machine }): LedgerStep => ({ kind: "give_up", rollout: rollout.id, absentee: machine.name, as }),
		),
	);
	return { steps, wakes };
}

function overdueIn(rollout: Rollout, { row, overdue }: RingCount, now: number): readonly Seat[] {
	if (overdue === 0) return [];
	return seatsOf(row).filter((seat) => {
		const isOverdue = seat.givesUpAt !== null && seat.givesUpAt <= now && seat.changingUntil <= now;
		return isOverdue && standingAt(rollout, seat, now) === "open";
	});
}
