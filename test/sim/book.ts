import type { Event, Outcome } from "../../src/model/event.ts";
import type { Step } from "../../src/model/step.ts";
import type { Course } from "./course.ts";
import type { Keep } from "./promises.ts";
import type { Simulator } from "./simulator.ts";
import type { Truth } from "./truth.ts";

const POLICY = "office";

/** Notes what a person did and what the daemon was told, and checks that what counts as verified is so. */
export function bookEvent(sim: Simulator, event: Event, keep: Keep): void {
	const { truth } = sim;
	switch (event.kind) {
		case "Paused":
			truth.paused.add(event.policy === null ? "whole" : "policy");
			break;
		case "Resumed":
			truth.paused.delete(event.policy === null ? "whole" : "policy");
			break;
		case "PolicyApproved":
			truth.approvedRevisions.add(event.revision);
			break;
		case "StepStarted":
			if (event.step.kind === "begin" && event.step.restores) truth.course(event.step.rollout).isRestoring = true;
			break;
		case "StepFinished":
			bookOutcome(sim, event.step, event.outcome, keep);
			break;
		default:
			bookMachine(sim, event);
			bookSteering(sim, event);
	}
}

function bookMachine({ truth }: Simulator, event: Event): void {
	switch (event.kind) {
		case "MachineApproved":
			bookApproval(truth, event);
			break;
		case "MachineForgotten":
			truth.approved.delete(event.machine);
			truth.quarantined.delete(event.machine);
			truth.excluded.delete(event.machine);
			break;
		case "MachineExcluded":
			truth.excluded.add(event.machine);
			break;
		case "MachineIncluded":
			truth.excluded.delete(event.machine);
			break;
	}
}

/** Another key makes another machine of it: what failed on the old one is not its failure. */
function bookApproval(truth: Truth, { machine, hostKeys }: Extract<Event, { kind: "MachineApproved" }>): void {
	const keys = hostKeys.map(({ fingerprint }) => fingerprint);
	const isAnother = truth.approved.has(machine) && truth.approved.get(machine)?.join() !== keys.join();
	if (isAnother) for (const course of truth.courses()) course.beginAnew(machine);
	truth.approved.set(machine, keys);
	truth.quarantined.delete(machine);
}

function bookSteering(sim: Simulator, event: Event): void {
	const rollout = sim.fleet.rollouts.get(POLICY);
	if (!rollout) return;
	const course = sim.truth.course(rollout.id);
	switch (event.kind) {
		case "RingPromoted":
			course.promoted.add(event.ring);
			break;
		case "RolloutAborted":
			course.isAborted = true;
			break;
		case "RetryRequested":
			for (const each of sim.truth.courses()) each.retry(event.machine);
			break;
		case "PolicyRetryRequested":
			retryAll(sim, course);
			break;
	}
}

/** Who may have failed was retried. */
function retryAll({ truth }: Simulator, course: Course): void {
	course.isAborted = false;
	for (const { name, wasTroubled, isHopeless } of truth.machines.values())
		if (wasTroubled || isHopeless || course.started.has(name)) course.retry(name);
}

function bookOutcome(sim: Simulator, step: Step, outcome: Outcome, keep: Keep): void {
	const { truth, fleet } = sim;
	if (!("machine" in step)) return;
	if (outcome.kind === "failed" && outcome.failure.code === "FS-SSH-HOSTKEY") truth.quarantined.add(step.machine);
	if (outcome.kind === "failed" && outcome.failure.code === "FS-REBOOT-TIMEOUT") truth.isRebootLate = true;
	if (!("package" in step)) return;
	const course = truth.course(step.rollout);
	if (outcome.kind === "exited" && outcome.exitCode === 1) course.noteFailure(step);
	const rollout = fleet.rollouts.get(course.policy.name);
	const phase = rollout?.id === step.rollout ? rollout.progress.get(step.machine)?.get(step.package)?.phase : undefined;
	if (outcome.kind !== "inspected" || phase !== "verified") return;
	const spec = course.policy.packages.find(({ name }) => name === step.package);
	const isThere = spec !== undefined && truth.machine(step.machine).isInstalled(spec, truth.now);
	keep("what counts as verified is installed", isThere, () => `${step.machine} ${step.package}`);
}
