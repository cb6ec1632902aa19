import type { Outcome } from "../model/event.ts";
import type { MachineFacts } from "../model/facts.ts";
import type { Failure } from "../model/failure.ts";
import type { Fleet, Reboot, Rollout } from "../model/fleet.ts";
import type { MachineStep, RebootStep } from "../model/step.ts";
import { withEntry } from "./copy.ts";
import { meet } from "./meet.ts";
import { classifyExit, isLossOfContact, isNeverConnected } from "./outcome-class.ts";
import { rolloutOf, tasksOf, withRollout } from "./task.ts";

/**
 * A reboot becomes due by an installer's exit code, by the machine's own word after an install, or because the policy always
 * wants one. Which boot must end is what the machine says after the install: what was read before it may be long past.
 */
export function noteRebootNeed(fleet: Fleet, step: MachineStep, outcome: Outcome, at: number): Fleet {
	const rollout = rolloutOf(fleet, step.rollout);
	if (!rollout || !fleet.machines.has(step.machine) || rollout.policy.reboot.policy === "never") return fleet;
	const known = rollout.reboots.get(step.machine);
	if (known?.phase === "due") return fleet;
	const need =
		outcome.kind === "exited" ? needByExit(rollout, step, outcome.exitCode) : needByWord(rollout, step, outcome);
	if (need === null) return fleet;
	const bootId = outcome.kind === "inspected" ? (outcome.machine?.bootId ?? "") : "";
	const attempt = (known?.attempt ?? 0) + 1;
	const due: Reboot = { phase: "due", isUrgent: need === "urgent", attempt, failures: 0, at, bootId };
	return withReboot(fleet, rollout, step.machine, due);
}

/** A machine with a reboot due tells its boot: the first time it is the one that must end, and another one later means that it has. */
export function noteBoot(fleet: Fleet, machine: string, { bootId, isRebootNeeded }: MachineFacts, at: number): Fleet {
	let next = fleet;
	for (const rollout of fleet.rollouts.values()) {
		const reboot = rollout.reboots.get(machine);
		if (reboot?.phase !== "due" || reboot.bootId === bootId) continue;
		const isOver = reboot.bootId !== "" && !isRebootNeeded;
		const seen: Reboot = isOver ? { ...withoutFailure(reboot), phase: "done", failures: 0, at } : { ...reboot, bootId };
		next = withReboot(next, rollout, machine, seen);
	}
	return next;
}

function needByExit({ policy }: Rollout, step: MachineStep, exitCode: number): "urgent" | "some_time" | null {
	const spec = policy.packages.find(({ name }) => name === step.package);
	const said = spec ? classifyExit(spec.returnCodes, exitCode) : "failed";
	if (said === "hard_reboot") return "urgent";
	return said === "soft_reboot" || (said === "success" && policy.reboot.policy === "always") ? "some_time" : null;
}

/** Only after an install of this rollout, and once for each: a reboot that the machine goes on asking for is not ours. */
function needByWord(rollout: Rollout, step: MachineStep, outcome: Outcome): "some_time" | null {
	if (outcome.kind !== "inspected" || !outcome.machine?.isRebootNeeded) return null;
	const rebootedAt = rollout.reboots.get(step.machine)?.at ?? 0;
	const installed = tasksOf(rollout, step.machine).some(({ task }) => (task.installedAt ?? 0) > rebootedAt);
	return installed ? "some_time" : null;
}

export function applyRebootStarted(fleet: Fleet, step: RebootStep, at: number): Fleet {
	return changeReboot(fleet, step, (reboot) => (reboot.phase === "due" ? { ...reboot, phase: "running", at } : reboot));
}

interface Ended {
	readonly outcome: Outcome;
	/** When the step that ended had started, ms since the epoch. */
	readonly startedAt: number;
	readonly at: number;
}

export function applyRebootEnded(fleet: Fleet, step: RebootStep, { outcome, startedAt, at }: Ended): Fleet {
	const { timeoutMs } = rolloutOf(fleet, step.rollout)?.policy.reboot ?? { timeoutMs: 0 };
	const met = meet(fleet, step.machine, outcome, at);
	return changeReboot(met, step, (reboot) => {
		if (reboot.phase !== "running") return reboot;
		if (outcome.kind === "rebooted") return { ...withoutFailure(reboot), phase: "done", failures: 0, at };
		if (outcome.kind !== "failed") return reboot;
		const { failure } = outcome;
		const isFirstTry = startedAt === reboot.at;
		if (failure.code === "FS-REBOOT-LATE" || (isFirstTry && isNeverConnected(failure.code)))
			return { ...reboot, phase: "due", at };
		// It was asked for before, and may be on its way down: it keeps its slot until its time is over.
		if (isLossOfContact(failure.code))
			return at < reboot.at + timeoutMs ? reboot : { ...reboot, phase: "failed", failure: tooLate(failure), at };
		if (failure.code === "FS-REBOOT-USERS" || failure.code === "FS-STEP-CRASHED")
			return { ...reboot, phase: "due", failures: reboot.failures + 1, failure, at };
		return { ...reboot, phase: "failed", failure, at };
	});
}

function tooLate({ detail }: Failure): Failure {
	return { code: "FS-REBOOT-TIMEOUT", detail: `it did not come back in time: ${detail}` };
}

function withoutFailure({ failure: _failure, ...reboot }: Reboot): Reboot {
	return reboot;
}

function changeReboot(fleet: Fleet, step: RebootStep, change: (reboot: Reboot) => Reboot): Fleet {
	const rollout = rolloutOf(fleet, step.rollout);
	const reboot = rollout?.reboots.get(step.machine);
	if (!rollout || !reboot || reboot.attempt !== step.attempt) return fleet;
	const next = change(reboot);
	return next === reboot ? fleet : withReboot(fleet, rollout, step.machine, next);
}

function withReboot(fleet: Fleet, rollout: Rollout, machine: string, reboot: Reboot): Fleet {
	return withRollout(fleet, { ...rollout, reboots: withEntry(rollout.reboots, machine, reboot) });
}
