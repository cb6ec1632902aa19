import type { Outcome } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { type AcquireStep, type LedgerStep, type MachineStep, type Step, stepKey } from "../model/step.ts";
import { afterLossOfContact, afterOutcome } from "./advance-task.ts";
import { failedConnections } from "./contact.ts";
import { withEntry, withoutEntry } from "./copy.ts";
import { isLossOfContact } from "./outcome-class.ts";
import { changeTask, rolloutOf } from "./task.ts";

export function applyStepStarted(fleet: Fleet, step: Step, at: number): Fleet {
	const key = stepKey(step);
	if (fleet.running.has(key)) return fleet;
	const started = { ...fleet, running: withEntry(fleet.running, key, { step, at }) };
	return step.kind === "install" ? changeTask(started, step, (task) => ({ ...task, startedAt: at })) : started;
}

/** An outcome counts only for a step that is running, in the same attempt. */
export function applyStepFinished(fleet: Fleet, step: Step, outcome: Outcome, at: number): Fleet {
	if (!isRunning(fleet, step)) return fleet;
	const rest = { ...fleet, running: withoutEntry(fleet.running, stepKey(step)) };
	switch (step.kind) {
		case "begin":
		case "promote":
			return applyLedger(rest, step, at);
		case "acquire":
			return applyAcquired(rest, step, outcome, at);
		default:
			return applyMachineStep(rest, step, outcome, at);
	}
}

/** We do not know how far it came: whatever touches the machine is answered by reading the facts. */
export function applyStepInterrupted(fleet: Fleet, step: Step, at: number): Fleet {
	if (!isRunning(fleet, step)) return fleet;
	const rest = { ...fleet, running: withoutEntry(fleet.running, stepKey(step)) };
	const reachesMachine = step.kind === "deliver" || step.kind === "install" || step.kind === "follow";
	return reachesMachine ? changeTask(rest, step, (task) => afterLossOfContact(task, at)) : rest;
}

function isRunning(fleet: Fleet, step: Step): boolean {
	const running = fleet.running.get(stepKey(step))?.step;
	if (!running) return false;
	return "attempt" in running && "attempt" in step ? running.attempt === step.attempt : true;
}

function applyLedger(fleet: Fleet, step: LedgerStep, at: number): Fleet {
	if (step.kind === "promote") {
		const rollout = rolloutOf(fleet, step.rollout);
		if (!rollout) return fleet;
		const promotedRings = new Set(rollout.promotedRings).add(step.ring);
		return { ...fleet, rollouts: withEntry(fleet.rollouts, rollout.policy.name, { ...rollout, promotedRings }) };
	}
	const policy = fleet.policies.get(step.policy)?.policy;
	if (policy?.revision !== step.revision) return fleet;
	const rollout = {
		id: step.rollout,
		policy,
		run: step.run,
		beganAt: at,
		promotedRings: new Set<string>(),
		progress: new Map(),
	};
	return { ...fleet, rollouts: withEntry(fleet.rollouts, policy.name, rollout) };
}

function applyAcquired(fleet: Fleet, step: AcquireStep, outcome: Outcome, at: number): Fleet {
	if (outcome.kind === "acquired") {
		const { sizeBytes, originBytes } = outcome;
		return { ...fleet, packages: withEntry(fleet.packages, step.sha256, { kind: "held", sizeBytes, originBytes }) };
	}
	if (outcome.kind !== "failed") return fleet;
	const { failure } = outcome;
	const state =
		failure.code === "FS-ACQUIRE-DIGEST"
			? { kind: "refused" as const, failure, at }
			: { kind: "retrying" as const, failure, failures: step.attempt, at };
	return { ...fleet, packages: withEntry(fleet.packages, step.sha256, state) };
}

function applyMachineStep(fleet: Fleet, step: MachineStep, outcome: Outcome, at: number): Fleet {
	const met = meet(fleet, step.machine, outcome, at);
	return changeTask(met, step, (task, rollout) => {
		const spec = rollout.policy.packages.find(({ name }) => name === step.package);
		return spec ? afterOutcome(task, { step, outcome, spec, at }) : task;
	});
}

/** What the step taught about reaching the machine, whatever came of its work. */
function meet(fleet: Fleet, name: string, outcome: Outcome, at: number): Fleet {
	const machine = fleet.machines.get(name);
	if (!machine) return fleet;
	const next = afterMeeting(machine, outcome, at);
	return next === machine ? fleet : { ...fleet, machines: withEntry(fleet.machines, name, next) };
}

function afterMeeting(machine: Machine, outcome: Outcome, at: number): Machine {
	if (outcome.kind !== "failed" || !isLossOfContact(outcome.failure.code))
		return isSoundlyPresent(machine) ? machine : { ...machine, presence: { kind: "present", at } };
	const { failure, sawHostKey } = outcome;
	if (failure.code === "FS-SSH-HOSTKEY" && sawHostKey && machine.trust.kind === "approved") {
		const { hostKeys } = machine.trust;
		return { ...machine, trust: { kind: "quarantined", hostKeys, saw: sawHostKey, at } };
	}
	const failures = failedConnections(machine) + 1;
	return { ...machine, presence: { kind: "unreachable", failure, failures, at } };
}

function isSoundlyPresent(machine: Machine): boolean {
	return machine.presence.kind === "present" && failedConnections(machine) === 0;
}
