import type { Fleet } from "../model/fleet.ts";
import type { MachineStep, Step } from "../model/step.ts";
import { rolloutOf, taskOf } from "../plan/task.ts";
import { unnamed } from "../plan/unnamed.ts";
import type { PlannedStep } from "./cockpit.ts";
import { someOf } from "./counted.ts";
import { iso } from "./time-text.ts";

/** A step that may be done now, and why it is the next one. */
export function plannedStep(fleet: Fleet, step: Step): PlannedStep {
	return {
		kind: step.kind,
		act: actText(fleet, step),
		because: becauseOf(fleet, step),
		policy: policyOf(step),
		machine: "machine" in step ? step.machine : step.kind === "give_up" ? step.absentee : null,
	};
}

function policyOf(step: Step): string | null {
	if ("policy" in step) return step.policy;
	return "rollout" in step ? step.rollout.slice(0, step.rollout.indexOf("@")) : null;
}

function actText(fleet: Fleet, step: Step): string {
	switch (step.kind) {
		case "begin":
			return step.restores === undefined
				? `begin ${step.rollout}`
				: `go back from ${step.restores.rollout} to ${step.rollout}`;
		case "soak":
			return `begin the healthy time of ring ${step.ring} of ${step.rollout}`;
		case "promote":
			return `promote ring ${step.ring} of ${step.rollout}`;
		case "halt":
			return `end ${step.rollout}`;
		case "give_up":
			return `give up: ${step.as}`;
		case "acquire":
			return `acquire sha256:${step.sha256}`;
		case "read_facts":
			return "read facts";
		case "reboot":
			return `reboot, attempt ${step.attempt}`;
		case "inspect":
		case "deliver":
		case "install":
		case "follow":
			return `${step.kind} ${packageText(fleet, step)}, attempt ${step.attempt}`;
		default:
			return `${step.kind} run ${iso(step.run)} of ${step.policy}`;
	}
}

function packageText(fleet: Fleet, step: MachineStep): string {
	const specs = rolloutOf(fleet, step.rollout)?.policy.packages;
	const version = specs?.find(({ name }) => name === step.package)?.version;
	return version === undefined ? step.package : `${step.package} ${version}`;
}

function becauseOf(fleet: Fleet, step: Step): string {
	switch (step.kind) {
		case "begin":
			return step.restores === undefined ? `its run is due since ${iso(step.run)}` : step.restores.why;
		case "soak":
		case "promote":
			return "it is proven";
		case "halt":
			return step.why;
		case "give_up":
			return "it stayed away for longer than offline.give_up_after";
		case "acquire":
			return `needed by ${someOf(policiesNaming(fleet, step.sha256))}`;
		case "read_facts":
			return "where it belongs, or what it may get, depends on what it is";
		case "reboot":
			return becauseOfReboot(fleet, step);
		case "inspect":
		case "deliver":
		case "install":
		case "follow":
			return becauseOfTask(fleet, step);
		case "miss":
			return "it was due and is not made up";
		default:
			return "it is due";
	}
}

function policiesNaming(fleet: Fleet, sha256: string): readonly string[] {
	const policies = [...fleet.policies.values()].map(({ policy }) => policy);
	return policies.filter(({ packages }) => packages.some((each) => each.sha256 === sha256)).map(({ name }) => name);
}

function becauseOfReboot(fleet: Fleet, { rollout, machine }: Extract<Step, { kind: "reboot" }>): string {
	const reboot = rolloutOf(fleet, rollout)?.reboots.get(machine);
	if (reboot?.phase === "running") return "it was asked for, and its boot id tells whether it is done";
	return reboot?.isUrgent ? "what was installed needs it before anything else" : "what was installed asks for it";
}

function becauseOfTask(fleet: Fleet, step: MachineStep): string {
	const rollout = rolloutOf(fleet, step.rollout);
	if (!rollout) return "its rollout goes on";
	const task = taskOf(rollout, step.machine, step.package);
	if (task.isRequested) return "a person asked for it";
	switch (task.phase) {
		case "unread":
			return task.failure
				? `tried again after: ${unnamed(step.machine, task.failure).detail} (${task.failure.code})`
				: "nobody has looked yet";
		case "absent":
			return "it is not there";
		case "staged":
			return "it is on the machine, and ring, window and slots are open";
		case "running":
			return "its job goes on at the machine";
		case "exited":
			return "the installer ended, detection decides";
		default:
			return "whether it still holds is looked at again";
	}
}
