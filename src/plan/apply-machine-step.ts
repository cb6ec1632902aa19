import type { Outcome } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { Fleet } from "../model/fleet.ts";
import type { FactsStep, MachineStep } from "../model/step.ts";
import { afterOutcome } from "./advance-task.ts";
import { noteBoot, noteExit, noteWord } from "./apply-reboot.ts";
import { withMachine } from "./clones.ts";
import { meet } from "./meet.ts";
import { isLossOfContact } from "./outcome-class.ts";
import { changeTask } from "./task.ts";

export function applyMachineStep(fleet: Fleet, step: MachineStep, outcome: Outcome, at: number): Fleet {
	const met = meet(fleet, step.machine, outcome, at);
	const ended = outcome.kind === "exited" ? noteExit(met, step, outcome, at) : met;
	const advanced = changeTask(ended, step, (task, { policy }) => {
		const spec = policy.packages.find(({ name }) => name === step.package);
		return spec ? afterOutcome(task, { step, outcome, spec, retries: policy.retries, at }) : task;
	});
	return outcome.kind === "inspected" && outcome.machine ? noteWord(advanced, step, outcome.machine, at) : advanced;
}

export function applyFactsRead(fleet: Fleet, step: FactsStep, outcome: Outcome, at: number): Fleet {
	const met = meet(fleet, step.machine, outcome, at);
	if (outcome.kind === "facts_read") return noteBoot(met, step.machine, outcome.machine, at);
	const isUnread = outcome.kind === "failed" && !isLossOfContact(outcome.failure.code);
	return isUnread ? noteUnread(met, step, outcome.failure, at) : met;
}

function noteUnread(fleet: Fleet, { machine: name, attempt }: FactsStep, failure: Failure, at: number): Fleet {
	const machine = fleet.machines.get(name);
	if (!machine) return fleet;
	return withMachine(fleet, { ...machine, factsFailure: { failure, failures: attempt, at } }, at);
}
