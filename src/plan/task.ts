import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import type { RolloutId, TaskRef } from "../model/step.ts";
import { withEntry } from "./copy.ts";

/** A package that has not been looked at on a machine. */
export const NEW_TASK: Task = { phase: "unread", attempt: 1, failures: 0, at: 0 };

export function taskOf(rollout: Rollout, machine: string, packageName: string): Task {
	return rollout.progress.get(machine)?.get(packageName) ?? NEW_TASK;
}

export interface Open {
	readonly spec: PackageSpec;
	readonly task: Task;
}

/** The machine's tasks in the policy's order. */
export function tasksOf({ policy, progress }: Rollout, machine: string): readonly Open[] {
	const tasks = progress.get(machine);
	return policy.packages.map((spec) => ({ spec, task: tasks?.get(spec.name) ?? NEW_TASK }));
}

/** The rollout that the step belongs to, if it is still its policy's current one. */
export function rolloutOf(fleet: Fleet, id: RolloutId): Rollout | undefined {
	const rollout = fleet.rollouts.get(id.slice(0, id.indexOf("@")));
	return rollout?.id === id ? rollout : undefined;
}

export function withRollout(fleet: Fleet, rollout: Rollout): Fleet {
	return { ...fleet, rollouts: withEntry(fleet.rollouts, rollout.policy.name, rollout) };
}

/** Replaces one task by what `change` makes of it; a step of a rollout that is no longer current changes nothing. */
export function changeTask(fleet: Fleet, ref: TaskRef, change: (task: Task, rollout: Rollout) => Task): Fleet {
	const rollout = rolloutOf(fleet, ref.rollout);
	if (!rollout || !fleet.machines.has(ref.machine)) return fleet;
	const task = taskOf(rollout, ref.machine, ref.package);
	const next = change(task, rollout);
	return next === task ? fleet : withRollout(fleet, withTask(rollout, ref, next));
}

function withTask(rollout: Rollout, ref: TaskRef, task: Task): Rollout {
	const packages = withEntry(rollout.progress.get(ref.machine) ?? new Map<string, Task>(), ref.package, task);
	return { ...rollout, progress: withEntry(rollout.progress, ref.machine, packages) };
}

/** Whether this rollout has run an installer of it on the machine. */
export function wasInstalled({ phase, exitCode, startedAt, installedAt }: Task): boolean {
	return phase === "running" || exitCode !== undefined || startedAt !== undefined || installedAt !== undefined;
}

/** Tries of one kind that fail one after the other before it has failed and waits for a person, or for room. */
export const MAX_FAILURES = 10;

/** There is no room for it, and was none for so long that nobody waits for it any more. */
export function waitsForRoom({ failures, failure }: Task): boolean {
	const isFull = failure?.code === "FS-DELIVER-DISK" || failure?.code === "FS-DISK-FULL";
	return isFull && failures >= MAX_FAILURES;
}
