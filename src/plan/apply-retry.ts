import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import { withEntry } from "./copy.ts";

/** An operator's retry: failed tasks get a new attempt, waiting ones lose their back-off. Nothing in flight is touched. */
export function applyRetry(fleet: Fleet, name: string, at: number): Fleet {
	const machine = fleet.machines.get(name);
	if (!machine) return fleet;
	const rollouts = new Map([...fleet.rollouts].map(([policy, rollout]) => [policy, retryIn(rollout, name, at)]));
	const isUnreachable = machine.presence.kind === "unreachable" || machine.presence.kind === "silent";
	const presence = isUnreachable ? { kind: "present" as const, at } : machine.presence;
	return { ...fleet, rollouts, machines: withEntry(fleet.machines, name, { ...machine, presence }) };
}

function retryIn(rollout: Rollout, machine: string, at: number): Rollout {
	const tasks = rollout.progress.get(machine);
	if (!tasks) return rollout;
	const again = new Map([...tasks].map(([name, task]) => [name, retried(task, at)]));
	return { ...rollout, progress: withEntry(rollout.progress, machine, again) };
}

function retried(task: Task, at: number): Task {
	if (task.phase === "verified") return task;
	const { failure: _failure, ...kept } = task;
	if (task.phase !== "failed") return { ...kept, failures: 0 };
	return { ...kept, phase: "unread", attempt: task.attempt + 1, failures: 0, at };
}
