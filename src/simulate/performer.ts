import type { Outcome } from "../model/event.ts";
import type { Policy } from "../model/policy.ts";
import type { AcquireStep, FactsStep, MachineStep, RebootStep } from "../model/step.ts";
import { classifyExit } from "../plan/outcome-class.ts";
import { DURATIONS } from "./durations.ts";
import type { MachineModel, Run } from "./machine-model.ts";
import type { ModelledMachine } from "./modelled-machine.ts";
import type { Random } from "./random.ts";

/** A step under way: how long it takes, and what comes of it, to be asked at its end. */
export interface Doing {
	readonly takesMs: number;
	readonly outcome: () => Outcome;
}

/** Share of installs after which a machine asks for a reboot, when the policy listens to that. */
const REBOOT_NEED = 0.3;
const FAILURE_EXIT = 1;

const NO_ANSWER: Outcome = { kind: "failed", failure: { code: "FS-SSH-TIMEOUT", detail: "the machine is off" } };
const LOST: Outcome = { kind: "failed", failure: { code: "FS-SSH-LOST", detail: "the machine was switched off" } };
const IN_USE: Outcome = { kind: "failed", failure: { code: "FS-REBOOT-USERS", detail: "somebody is logged in" } };

export function acquire(_step: AcquireStep, random: Random): Doing {
	const sizeBytes = Math.round(random.around(200e6));
	const outcome: Outcome = { kind: "acquired", sizeBytes, originBytes: sizeBytes, source: "model" };
	return { takesMs: random.around(DURATIONS.acquire), outcome: () => outcome };
}

export interface Place {
	readonly model: MachineModel;
	readonly machine: ModelledMachine;
	readonly random: Random;
	/** The policy that the step belongs to. */
	readonly policy: Policy;
	readonly now: number;
}

/** Does the step on the machine: what it changes there happens whether or not we hear of it. */
export function perform(step: MachineStep | FactsStep | RebootStep, place: Place): Doing {
	const { model } = place;
	if (!model.isOn) return { takesMs: DURATIONS.noAnswer, outcome: () => NO_ANSWER };
	const boot = model.boots;
	const { takesMs, outcome } = begin(step, place);
	const isSteady = () => step.kind === "reboot" || (model.isOn && model.boots === boot);
	return { takesMs, outcome: () => (isSteady() ? outcome() : LOST) };
}

function begin(step: MachineStep | FactsStep | RebootStep, place: Place): Doing {
	const { model, random, policy, now } = place;
	if (step.kind === "reboot") return reboot(step, place);
	if (step.kind === "read_facts") {
		const takesMs = random.around(DURATIONS.inspect);
		return { takesMs, outcome: () => ({ kind: "facts_read", machine: model.facts() }) };
	}
	const spec = policy.packages.find(({ name }) => name === step.package);
	if (!spec) throw new Error(`${step.rollout}: no package ${step.package}`);
	if (step.kind === "inspect") {
		const takesMs = random.around(DURATIONS.inspect);
		const look = () => model.packageFacts(step, spec, now + takesMs);
		return { takesMs, outcome: () => ({ kind: "inspected", facts: look(), machine: model.facts() }) };
	}
	if (step.kind === "deliver") {
		const takesMs = random.around(DURATIONS.deliver);
		const deliver = (): Outcome => {
			model.staged.add(spec.sha256);
			return { kind: "delivered", method: "agent", bytes: 1, durationMs: takesMs };
		};
		return { takesMs, outcome: deliver };
	}
	const job = step.kind === "follow" ? model.jobOf(step) : model.startJob(step, spec, fate(place, step), now).job;
	if (!job) return { takesMs: DURATIONS.inspect, outcome: () => LOST };
	const takesMs = Math.max(DURATIONS.inspect, job.endsAt - now);
	const { run, bootId } = job;
	return { takesMs, outcome: () => (job.isLost ? LOST : { kind: "exited", exitCode: run.exitCode, bootId }) };
}

/** How the machine takes this run of the installer. */
function fate({ machine, random, policy }: Place, step: MachineStep): Run {
	const spec = policy.packages.find(({ name }) => name === step.package);
	const takesMs = Math.min(random.around(DURATIONS.install), (spec?.install.timeoutMs ?? 0) * 0.9);
	const fails = machine.health === "broken" || (machine.health === "shaky" && step.attempt === 1);
	const needsReboot = random.happens(REBOOT_NEED);
	const exitCode = fails || !spec ? FAILURE_EXIT : (spec.returnCodes.success[0] ?? 0);
	const leavesPackage = spec !== undefined && classifyExit(spec.returnCodes, exitCode) === "success";
	return { exitCode, takesMs, leavesPackage, needsReboot: needsReboot && leavesPackage };
}

function reboot(step: RebootStep, { model, random, policy, now }: Place): Doing {
	if (model.bootId !== step.bootId)
		return { takesMs: DURATIONS.inspect, outcome: () => ({ kind: "rebooted", bootId: model.bootId }) };
	if (policy.reboot.skipIfUsers && step.honoursUsers && model.users > 0)
		return { takesMs: DURATIONS.inspect, outcome: () => IN_USE };
	model.powerOff(now);
	const takesMs = random.around(DURATIONS.reboot);
	const comeBack = (): Outcome => {
		model.powerOn();
		return { kind: "rebooted", bootId: model.bootId };
	};
	return { takesMs, outcome: comeBack };
}
