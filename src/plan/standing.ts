import type { Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { PackageSpec } from "../model/policy.ts";
import { unmetRequirement } from "./requirements.ts";
import { wasInstalled } from "./task.ts";

/**
 * Where a machine stands in a rollout as a whole. open: there is something left to do.
 * verified: every applicable package is, and so is the reboot that it needed.   skipped: given up because it stayed away.
 */
export type MachineStanding = "verified" | "failed" | "open" | "not_applicable" | "excluded" | "skipped";

export function isApplicable(spec: PackageSpec, task: Task, machine: Machine): boolean {
	if (hasBegun(task)) return true;
	if (task.unmetExit !== undefined) return false;
	const unmet = unmetRequirement(spec, machine);
	return unmet === null || unmet === "unknown";
}

function hasBegun(task: Task): boolean {
	return (task.phase !== "unread" && task.phase !== "absent") || wasInstalled(task);
}
