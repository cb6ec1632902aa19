import type { Rollout, TaskPhase } from "../model/fleet.ts";
import type { HeldReason } from "./held.ts";
import { countedMembers, type RingCount } from "./rings.ts";
import { applicableTasks } from "./standing.ts";
import { tasksOf, wasInstalled } from "./task.ts";

/** Whoever is in one of these holds the verified package, or did until it was installed. */
const HOLDING: readonly TaskPhase[] = ["staged", "running", "exited", "verified"];

/**
 * Why the ring's installs wait for deliveries, or null. Once one of its machines has been installed they wait no more,
 * so that a late one does not stop those in the middle.
 */
export function prestageBar(rollout: Rollout, count: RingCount): HeldReason | null {
	const threshold = rollout.policy.rollout.prestageThreshold;
	if (threshold === undefined || hasBegun(rollout, count)) return null;
	const counted = countedMembers(count) - count.failed;
	let holding = 0;
	for (const machine of count.members) {
		const tasks = applicableTasks(rollout, machine);
		if (tasks.length > 0 && tasks.every(({ task }) => HOLDING.includes(task.phase))) holding += 1;
	}
	if (holding * 100 >= threshold * counted) return null;
	return { kind: "prestaging", ring: count.ring.name, holding, counted, threshold };
}

function hasBegun(rollout: Rollout, { members }: RingCount): boolean {
	return members.some(({ name }) => tasksOf(rollout, name).some(({ task }) => wasInstalled(task)));
}
