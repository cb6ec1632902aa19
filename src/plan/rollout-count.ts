import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { membership } from "./rings.ts";
import { type Roster, rostersOf } from "./roster.ts";

/** How far a rollout has come, over all its rings, in machines. */
export interface RolloutCount {
	readonly members: number;
	readonly verified: number;
	readonly failed: number;
	readonly leftOut: number;
	readonly unreachable: number;
	/** Every member came to its end, and none is about to change. Whoever comes later opens it again. */
	readonly isFinished: boolean;
}

export function countRollout(
	fleet: Fleet,
	rollout: Rollout,
	now: number,
	rosters: ReadonlyMap<Policy, Roster> = rostersOf(fleet.machines, [rollout.policy]),
): RolloutCount {
	const { rings, undecided } = membership(fleet, rollout, now, rosters);
	const sum = (key: "members" | "verified" | "failed" | "leftOut" | "unreachable" | "changing" | "rebootsDue") =>
		rings.reduce((total, count) => total + count[key], 0);
	const [members, verified, failed, leftOut] = [sum("members"), sum("verified"), sum("failed"), sum("leftOut")];
	const isSettled = undecided.length === 0 && sum("changing") === 0 && sum("rebootsDue") === 0;
	const isFinished = members > 0 && isSettled && verified + failed + leftOut === members;
	return { members, verified, failed, leftOut, unreachable: sum("unreachable"), isFinished };
}

/** Of every current rollout; the very same list as `decide` makes gives it the rosters that are known already. */
export function rostersOfRollouts({ machines, policies, rollouts }: Fleet): ReadonlyMap<Policy, Roster> {
	return rostersOf(
		machines,
		[...policies.values()].map(({ policy }) => rollouts.get(policy.name)?.policy ?? policy),
	);
}
