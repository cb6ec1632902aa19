import type { OperatorEvent, RetryScope } from "../model/event.ts";
import type { Fleet, Reboot, Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { withEntry, withoutEntry } from "./copy.ts";
import { machineStanding } from "./seat.ts";
import { withRollout } from "./task.ts";

/** An operator's retry: failed tasks get a new attempt, waiting ones lose their back-off. Nothing in flight is touched. */
export function applyRetry(fleet: Fleet, name: string, at: number): Fleet {
	const machine = fleet.machines.get(name);
	if (!machine) return fleet;
	let next = withPresence(fleet, machine, at);
	for (const rollout of fleet.rollouts.values()) {
		const retried = retryIn(rollout, name, at);
		if (retried !== rollout) next = withRollout(next, retried);
	}
	return next;
}

type PolicyRetry = Extract<OperatorEvent, { kind: "PolicyRetryRequested" }> & { readonly at: number };

/** The same for a whole rollout; the machines that an abort kept from starting may start again. */
export function applyPolicyRetry(fleet: Fleet, { policy, only, at }: PolicyRetry): Fleet {
	const rollout = fleet.rollouts.get(policy);
	if (!rollout) return fleet;
	const isLifted = rollout.halt !== undefined && only.includes("not_started");
	const { halt: _halt, ...going } = rollout;
	let retried: Rollout = isLifted ? { ...going, steeredAt: at } : rollout;
	let next = fleet;
	for (const machine of fleet.machines.values()) {
		if (!isInScope(rollout, machine, only, at)) continue;
		retried = retryIn(retried, machine.name, at);
		next = withPresence(next, machine, at);
	}
	return retried === rollout ? next : withRollout(next, retried);
}

function isInScope(rollout: Rollout, machine: Machine, only: readonly RetryScope[], at: number): boolean {
	switch (machineStanding(rollout, machine, at)) {
		case "failed":
			return only.includes("failed");
		case "open":
		case "skipped":
			return only.includes("waiting") && (rollout.progress.has(machine.name) || rollout.givenUp.has(machine.name));
		default:
			return false;
	}
}

function withPresence(fleet: Fleet, machine: Machine, at: number): Fleet {
	const { presence, factsFailure: _factsFailure, ...kept } = machine;
	const isAway = presence.kind === "unreachable" || presence.kind === "silent";
	if (!isAway && machine.factsFailure === undefined) return fleet;
	const next = { ...kept, presence: isAway ? { kind: "present" as const, at } : presence };
	return { ...fleet, machines: withEntry(fleet.machines, machine.name, next) };
}

function retryIn(rollout: Rollout, machine: string, at: number): Rollout {
	const tasks = rollout.progress.get(machine);
	const reboot = rollout.reboots.get(machine);
	if (!tasks && !rollout.givenUp.has(machine)) return rollout;
	const again = new Map([...(tasks ?? [])].map(([name, task]) => [name, retried(task, at)]));
	return {
		...rollout,
		reboots: reboot ? withEntry(rollout.reboots, machine, retriedReboot(reboot, at)) : rollout.reboots,
		givenUp: withoutEntry(rollout.givenUp, machine),
		progress: tasks ? withEntry(rollout.progress, machine, again) : rollout.progress,
		steeredAt: at,
	};
}

function retriedReboot(reboot: Reboot, at: number): Reboot {
	if (reboot.phase === "done" || reboot.phase === "running") return reboot;
	const { failure: _failure, ...kept } = reboot;
	return { ...kept, phase: "due", attempt: reboot.attempt + 1, failures: 0, at };
}

function retried(task: Task, at: number): Task {
	if (task.phase === "verified") return task;
	const { failure: _failure, notBefore: _notBefore, retries: _retries, unmetExit: _unmetExit, ...kept } = task;
	if (task.phase !== "failed") return { ...kept, failures: 0, isRequested: true };
	return { ...kept, phase: "unread", attempt: task.attempt + 1, failures: 0, at, isRequested: true };
}
