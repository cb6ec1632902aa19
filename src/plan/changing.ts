import type { Rollout, Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import { taskOf } from "./task.ts";

/** Time that a stopped installer gets to die after its timeout, before its slot is given away. */
const KILL_MARGIN_MS = 60_000;

/** A machine is changing from the start of an install until detection has spoken, also while it is out of contact. */
export function isChanging(rollout: Rollout, machine: string, now: number): boolean {
	return rollout.policy.packages.some((spec) => holdsSlot(taskOf(rollout, machine, spec.name), spec, now));
}

function holdsSlot(task: Task, spec: PackageSpec, now: number): boolean {
	if (task.phase === "running" || task.phase === "exited") return true;
	return task.startedAt !== undefined && now < task.startedAt + spec.install.timeoutMs + KILL_MARGIN_MS;
}
