import type { Outcome } from "../model/event.ts";
import type { MachineFacts } from "../model/facts.ts";
import type { Failure } from "../model/failure.ts";
import type { Fleet, Reboot, Rollout } from "../model/fleet.ts";
import type { MachineStep, RebootStep } from "../model/step.ts";
import { withEntry } from "./copy.ts";
import { meet } from "./meet.ts";
import { classifyExit, isLossOfContact, isNeverConnected } from "./outcome-class.ts";
import { rolloutOf, taskOf, tasksOf, withRollout } from "./task.ts";

type Exited = Extract<Outcome, { readonly kind: "exited" }>;

/**
 * A reboot becomes due by an installer's exit code, or because the policy always wants one. The boot that must end is the one in
 * which the installer did; what was read of the machine before may be of one long past.
 */
export function noteExit(fleet: Fleet, step: MachineStep, outcome: Exited, at: number): Fleet {
	const rollout = rebootingRollout(fleet, step);
	const need = rollout && needByExit(rollout, step, outcome.exitCode);
	if (!need) return fleet;
	const { bootId = "" } = outcome;
	const reboot = due(rollout, step.machine, { isUrgent: need === "urgent", bootId, at });
	const facts = bootId === "" ? null : readSince(fleet, rollout, step);
	return withReboot(fleet, rollout, step.machine, facts ? afterBoot(reboot, facts, at) : reboot);
}

/** Or by the machine's own word after an install. */
export function noteWord(fleet: Fleet, step: MachineStep, machine: MachineFacts, at: number): Fleet {
	const seen = noteBoot(fleet, step.machine, machine, at);
	const rollout = rebootingRollout(seen, step);
	if (!rollout || !machine.isRebootNeeded || rollout.reboots.get(step.machine)?.phase === "due") return seen;
	if (!wasInstalledSince(rollout, step)) return seen;
	const reboot = due(rollout, step.machine, { isUrgent: false, bootId: machine.bootId, at });
	return withReboot(seen, rollout, step.machine, reboot);
}

/** A machine with a reboot due tells its boot: the first time it is the one that must end, and another one later means that it has. */
export function noteBoot(fleet: Fleet, machine: string, facts: MachineFacts, at: number): Fleet {
	let next = fleet;
	for (const rollout of fleet.rollouts.values()) {
		const reboot = rollout.reboots.get(machine);
		const seen = reboot && afterBoot(reboot, facts, at);
		if (seen && seen !== reboot) next = withReboot(next, rollout, machine, seen);
	}
	return next;
}

function afterBoot(reboot: Reboot, { bootId, isRebootNeeded }: MachineFacts, at: number): Reboot {
	if (reboot.phase !== "due" || reboot.bootId === bootId) return reboot;
	const isOver = reboot.bootId !== "" && !isRebootNeeded;
	return isOver ? { ...withoutFailure(reboot), phase: "done", failures: 0, at } : { ...reboot, bootId };
}

function rebootingRollout(fleet: Fleet, step: MachineStep): Rollout | null {
	const rollout = rolloutOf(fleet, step.rollout);
	return rollout && fleet.machines.has(step.machine) && rollout.policy.reboot.policy !== "never" ? rollout : null;
}

/** One that is due already becomes more urgent, and is for the later boot; what came of its tries stays. */
function due(rollout: Rollout, machine: string, need: Pick<Reboot, "isUrgent" | "bootId" | "at">): Reboot {
	const known = rollout.reboots.get(machine);
	if (known?.phase !== "due") return { phase: "due", attempt: (known?.attempt ?? 0) + 1, failures: 0, ...need };
	return { ...known, isUrgent: known.isUrgent || need.isUrgent, bootId: need.bootId || known.bootId };
}

/** What was read of the machine since its job began: a job is followed only once it was seen there. */
function readSince(fleet: Fleet, rollout: Rollout, step: MachineStep): MachineFacts | null {
	const facts = fleet.machines.get(step.machine)?.facts;
	const { at } = taskOf(rollout, step.machine, step.package);
	return facts && step.kind === "follow" && facts.at >= at ? facts : null;
}

function needByExit({ policy }: Rollout, step: MachineStep, exitCode: number): "urgent" | "some_time" | null {
	const spec = policy.packages.find(({ name }) => name === step.package);
	const said = spec ? classifyExit(spec.returnCodes, exitCode) : "failed";
	if (said === "hard_reboot") return "urgent";
	return said === "soft_reboot" || (said === "success" && policy.reboot.policy === "always") ? "some_time" : null;
}

/** Once for each install of this rollout: a reboot that the machine goes on asking for is not ours. */
function wasInstalledSince(rollout: Rollout, step: MachineStep): boolean {
	const rebootedAt = rollout.reboots.get(step.machine)?.at ?? 0;
	return tasksOf(rollout, step.machine).some(({ task }) => (task.installedAt ?? 0) > rebootedAt);
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
