import type { Outcome } from "../model/event.ts";
import type { Fleet, Reboot, Rollout } from "../model/fleet.ts";
import type { MachineStep, RebootStep } from "../model/step.ts";
import { withEntry } from "./copy.ts";
import { meet } from "./meet.ts";
import { classifyExit, isLossOfContact } from "./outcome-class.ts";
import { rolloutOf, tasksOf, withRollout } from "./task.ts";

/** A reboot becomes due by an installer's exit code, by the machine's own word after an install, or because the policy always wants one. */
export function noteRebootNeed(fleet: Fleet, step: MachineStep, outcome: Outcome, at: number): Fleet {
	const rollout = rolloutOf(fleet, step.rollout);
	const machine = fleet.machines.get(step.machine);
	if (!rollout || !machine || rollout.policy.reboot.policy === "never") return fleet;
	const known = rollout.reboots.get(step.machine);
	const need =
		outcome.kind === "exited" ? needByExit(rollout, step, outcome.exitCode) : needByWord(rollout, step, outcome);
	const bootId = machine.facts?.bootId ?? "";
	if (need !== null) {
		const due: Reboot = {
			phase: "due",
			isUrgent: need === "urgent",
			attempt: nextAttempt(known),
			failures: 0,
			at,
			bootId,
		};
		return known?.phase === "due" ? fleet : withReboot(fleet, rollout, step.machine, due);
	}
	// The machine may have been restarted by somebody else since the install: the boot that must end is the one seen after it.
	const isNewer = known?.phase === "due" && outcome.kind === "inspected" && outcome.machine && known.bootId !== bootId;
	return isNewer ? withReboot(fleet, rollout, step.machine, { ...known, bootId }) : fleet;
}

function nextAttempt(known: Reboot | undefined): number {
	return (known?.attempt ?? 0) + 1;
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

/** Contact lost means that it was not asked for yet: from then on the step itself waits for the machine. */
export function applyRebootEnded(fleet: Fleet, step: RebootStep, outcome: Outcome, at: number): Fleet {
	const met = meet(fleet, step.machine, outcome, at);
	return changeReboot(met, step, (reboot) => {
		if (reboot.phase !== "running") return reboot;
		if (outcome.kind === "rebooted") return { ...withoutFailure(reboot), phase: "done", failures: 0, at };
		if (outcome.kind !== "failed") return reboot;
		const { failure } = outcome;
		if (isLossOfContact(failure.code)) return { ...reboot, phase: "due", at };
		if (failure.code === "FS-REBOOT-USERS" || failure.code === "FS-STEP-CRASHED")
			return { ...reboot, phase: "due", failures: reboot.failures + 1, failure, at };
		return { ...reboot, phase: "failed", failure, at };
	});
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
