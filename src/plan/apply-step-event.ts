import type { Outcome } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import { type AcquireStep, type MachineStep, type Step, stepKey } from "../model/step.ts";
import { afterLossOfContact } from "./advance-task.ts";
import { applyLedgerStep } from "./apply-ledger-step.ts";
import { applyFactsRead, applyMachineStep } from "./apply-machine-step.ts";
import { applyRebootEnded, applyRebootStarted } from "./apply-reboot.ts";
import { withEntry, withoutEntry } from "./copy.ts";
import { ringOf } from "./roster.ts";
import { changeTask } from "./task.ts";

export function applyStepStarted(fleet: Fleet, step: Step, at: number): Fleet {
	const key = stepKey(step);
	if (fleet.running.has(key)) return fleet;
	const started = { ...fleet, running: withEntry(fleet.running, key, { step, at }) };
	if (step.kind === "install") return applyInstallStarted(started, step, at);
	return step.kind === "reboot" ? applyRebootStarted(started, step, at) : started;
}

/** A label may change with what is installed: the machine stays in the ring in which it was begun. */
function applyInstallStarted(fleet: Fleet, step: MachineStep, at: number): Fleet {
	return changeTask(fleet, step, (task, { policy }) => {
		const machine = fleet.machines.get(step.machine);
		const ring = task.ring ?? (machine && ringOf(policy, machine)?.name);
		return { ...task, startedAt: at, ...(ring === undefined ? {} : { ring }) };
	});
}

/** An outcome counts only for a step that is running, in the same attempt. */
export function applyStepFinished(fleet: Fleet, step: Step, outcome: Outcome, at: number): Fleet {
	if (!isRunning(fleet, step)) return fleet;
	const startedAt = fleet.running.get(stepKey(step))?.at ?? at;
	const rest = { ...fleet, running: withoutEntry(fleet.running, stepKey(step)) };
	switch (step.kind) {
		case "acquire":
			return applyAcquired(rest, step, outcome, at);
		case "read_facts":
			return applyFactsRead(rest, step, outcome, at);
		case "reboot":
			return applyRebootEnded(rest, step, { outcome, startedAt, at });
		case "inspect":
		case "deliver":
		case "install":
		case "follow":
			return applyMachineStep(rest, step, outcome, at);
		default:
			return applyLedgerStep(rest, step, at);
	}
}

/** We do not know how far it came: whatever changes the machine is answered by reading the facts. */
export function applyStepInterrupted(fleet: Fleet, step: Step, at: number): Fleet {
	if (!isRunning(fleet, step)) return fleet;
	const rest = { ...fleet, running: withoutEntry(fleet.running, stepKey(step)) };
	switch (step.kind) {
		case "deliver":
		case "install":
		case "follow":
			return changeTask(rest, step, (task) => afterLossOfContact(task, at));
		default:
			return rest;
	}
}

function isRunning(fleet: Fleet, step: Step): boolean {
	const running = fleet.running.get(stepKey(step))?.step;
	if (!running) return false;
	return "attempt" in running && "attempt" in step ? running.attempt === step.attempt : true;
}

function applyAcquired(fleet: Fleet, step: AcquireStep, outcome: Outcome, at: number): Fleet {
	if (outcome.kind === "acquired") {
		const { sizeBytes, originBytes } = outcome;
		return { ...fleet, packages: withEntry(fleet.packages, step.sha256, { kind: "held", sizeBytes, originBytes }) };
	}
	if (outcome.kind !== "failed") return fleet;
	const { failure } = outcome;
	const before = fleet.packages.get(step.sha256);
	const failed = { failure, since: before?.kind === "retrying" ? before.since : at, at };
	const state =
		failure.code === "FS-ACQUIRE-DIGEST"
			? { kind: "refused" as const, ...failed }
			: { kind: "retrying" as const, failures: step.attempt, ...failed };
	return { ...fleet, packages: withEntry(fleet.packages, step.sha256, state) };
}
