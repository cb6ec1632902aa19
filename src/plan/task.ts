import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { TaskRef } from "../model/step.ts";
import { withEntry } from "./copy.ts";

/** A package that has not been looked at on a machine. */
export const NEW_TASK: Task = { phase: "unread", attempt: 1, failures: 0, at: 0 };

export function taskOf(rollout: Rollout, machine: string, packageName: string): Task {
	return rollout.progress.get(machine)?.get(packageName) ?? NEW_TASK;
}

/** The rollout that the step belongs to, if it is still its policy's current one. */
export function rolloutOf(fleet: Fleet, id: string): Rollout | undefined {
	return [...fleet.rollouts.values()].find((rollout) => rollout.id === id);
}

/** Replaces one task by what `change` makes of it; a step of a rollout that is no longer current changes nothing. */
export function changeTask(fleet: Fleet, ref: TaskRef, change: (task: Task, rollout: Rollout) => Task): Fleet {
	const rollout = rolloutOf(fleet, ref.rollout);
	if (!rollout || !fleet.machines.has(ref.machine)) return fleet;
	const task = taskOf(rollout, ref.machine, ref.package);
	const next = change(task, rollout);
	if (next === task) return fleet;
	const packages = withEntry(rollout.progress.get(ref.machine) ?? new Map<string, Task>(), ref.package, next);
	const changed = { ...rollout, progress: withEntry(rollout.progress, ref.machine, packages) };
	return { ...fleet, rollouts: withEntry(fleet.rollouts, rollout.policy.name, changed) };
}
