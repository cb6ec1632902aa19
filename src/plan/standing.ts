import type { Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { givesUpAt } from "./contact.ts";
import { unmetRequirement } from "./requirements.ts";
import { type Open, tasksOf, wasInstalled } from "./task.ts";

/**
 * Where a machine stands in a rollout as a whole. open: there is something left to do.
 * verified: every applicable package is, and so is the reboot that it needed.   skipped: given up because it stayed away.
 */
export type MachineStanding = "verified" | "failed" | "open" | "not_applicable" | "excluded" | "skipped";

export function machineStanding(rollout: Rollout, machine: Machine, now: number): MachineStanding {
	if (machine.excluded) return "excluded";
	const { name } = machine;
	const givenUp = rollout.givenUp.get(name);
	if (givenUp) return givenUp;
	const reboot = rollout.reboots.get(name);
	const tasks = applicableTasks(rollout, machine);
	if (reboot?.phase === "failed" || tasks.some(({ task }) => task.phase === "failed")) return "failed";
	if (tasks.length === 0) return "not_applicable";
	const isSettled = reboot === undefined || reboot.phase === "done";
	if (isSettled && nextPackage(rollout, machine, 0) === null) return "verified";
	return hasStayedAway(rollout, machine, now) ? "skipped" : "open";
}

/** A policy that waits for machines still names those that it has waited for long enough. */
function hasStayedAway(rollout: Rollout, machine: Machine, now: number): boolean {
	if (rollout.policy.offline.policy !== "wait") return false;
	const at = givesUpAt(rollout, machine);
	return at !== null && at <= now;
}

/**
 * Packages whose requirements the machine meets, or may meet as long as nobody has looked. What has been delivered is not
 * asked again: the package itself takes the room that it needs.
 */
export function applicableTasks(rollout: Rollout, machine: Machine): readonly Open[] {
	return tasksOf(rollout, machine.name).filter(({ spec, task }) => {
		if (hasBegun(task)) return true;
		const unmet = unmetRequirement(spec.requirements, machine);
		return unmet === null || unmet === "unknown";
	});
}

function hasBegun(task: Task): boolean {
	return (task.phase !== "unread" && task.phase !== "absent") || wasInstalled(task);
}

/**
 * The first package in the policy's order that is not verified, or was verified before the machine's reboot or before
 * `since` (ms) and has to be looked at again; a failed one stops those behind it.
 */
export function nextPackage(rollout: Rollout, machine: Machine, since: number): Open | null {
	const reboot = rollout.reboots.get(machine.name);
	const fresh = Math.max(since, reboot?.phase === "done" ? reboot.at : 0);
	const isOpen = ({ task }: Open) => task.phase !== "verified" || task.at < fresh;
	return applicableTasks(rollout, machine).find(isOpen) ?? null;
}
