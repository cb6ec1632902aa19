import type { Failure } from "../model/failure.ts";
import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { MachineStep } from "../model/step.ts";
import { describeHeld } from "../plan/describe-held.ts";
import type { Held } from "../plan/held.ts";
import { machineProgress } from "../plan/rings.ts";
import { taskOf } from "../plan/task.ts";
import type { MachineState } from "./cockpit.ts";

export interface Standing {
	readonly state: MachineState;
	/** The one reason why it is not done; null when it is, or when its own step is in flight. */
	readonly reason: string | null;
	readonly failure: Failure | null;
}

/** Where a machine stands in one rollout, in the words that people see. */
export function standingOf(fleet: Fleet, rollout: Rollout, machine: Machine, held: readonly Held[]): Standing {
	const waits = held.find((each) => each.machine === machine.name && each.policy === rollout.policy.name);
	const reason = waits ? describeHeld(waits) : null;
	const failure = failureOf(waits);
	const progress = machineProgress(rollout, machine.name);
	if (progress === "verified") return { state: "verified", reason: null, failure: null };
	if (progress === "failed") return { state: "failed", reason, failure };
	if (machine.trust.kind !== "approved")
		return { state: machine.trust.kind === "discovered" ? "discovered" : "quarantined", reason, failure };
	const step = stepInFlight(fleet, rollout, machine.name);
	if (step) return { state: doing(step, rollout), reason: null, failure: null };
	if (waits?.reason.kind === "waiting_for_machine") return { state: "waiting_for_machine", reason, failure };
	return { state: "waiting", reason: reason ?? "about to go on", failure };
}

export function stepInFlight(fleet: Fleet, rollout: Rollout, machine: string): MachineStep | null {
	for (const { step } of fleet.running.values())
		if ("machine" in step && step.machine === machine && step.rollout === rollout.id) return step;
	return null;
}

function doing(step: MachineStep, rollout: Rollout): MachineState {
	switch (step.kind) {
		case "deliver":
			return "delivering";
		case "inspect":
			return isVerifying(taskOf(rollout, step.machine, step.package)) ? "installing" : "inspecting";
		default:
			return "installing";
	}
}

/** Between the installer's end and the word of detection the machine still counts as installing. */
function isVerifying(task: Task): boolean {
	return task.phase === "exited";
}

function failureOf(held: Held | undefined): Failure | null {
	return held && "failure" in held.reason ? held.reason.failure : null;
}
