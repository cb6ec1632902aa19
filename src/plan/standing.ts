import type { Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { PackageSpec } from "../model/policy.ts";
import { givesUpAt } from "./contact.ts";
import { unmetRequirement } from "./requirements.ts";
import { NEW_TASK, type Open, tasksOf, wasInstalled } from "./task.ts";

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
	if (reboot?.phase === "failed") return "failed";
	const progress = progressOf(rollout, machine, reboot?.phase === "done" ? reboot.at : 0);
	if (progress !== "verified")
		return progress === "open" && hasStayedAway(rollout, machine, now) ? "skipped" : progress;
	return reboot === undefined || reboot.phase === "done" ? "verified" : "open";
}

/** Asked for every machine at every decision: no list is made. `fresh`: verifications before it do not count, ms. */
function progressOf({ policy, progress }: Rollout, machine: Machine, fresh: number) {
	const tasks = progress.get(machine.name);
	let [applicable, open] = [0, 0];
	for (const spec of policy.packages) {
		const task = tasks?.get(spec.name) ?? NEW_TASK;
		if (!isApplicable(spec, task, machine)) continue;
		if (task.phase === "failed") return "failed";
		applicable += 1;
		if (task.phase !== "verified" || task.at < fresh) open += 1;
	}
	if (applicable === 0) return "not_applicable";
	return open === 0 ? "verified" : "open";
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
	return tasksOf(rollout, machine.name).filter(({ spec, task }) => isApplicable(spec, task, machine));
}

function isApplicable(spec: PackageSpec, task: Task, machine: Machine): boolean {
	if (hasBegun(task)) return true;
	const unmet = unmetRequirement(spec.requirements, machine);
	return unmet === null || unmet === "unknown";
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
