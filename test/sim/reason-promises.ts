import type { Machine } from "../../src/model/machine.ts";
import type { Policy } from "../../src/model/policy.ts";
import { machineOf, type Step } from "../../src/model/step.ts";
import type { Decision } from "../../src/plan/decide.ts";
import type { Keep } from "./promises.ts";
import type { Simulator } from "./simulator.ts";
import { policyOfStep } from "./truth.ts";

/** Each machine that is not done has one thing that is done for it, or one stated reason, in each policy. */
export function checkReasons(sim: Simulator, decision: Decision, keep: Keep): void {
	for (const policy of sim.truth.inForce) checkPolicy(sim, policy, decision, keep);
}

function checkPolicy({ fleet }: Simulator, policy: Policy, { steps, held }: Decision, keep: Keep): void {
	const rollout = fleet.rollouts.get(policy.name);
	const own = held.filter((each) => each.policy === policy.name);
	const isOurs = (step: Step) => policyOfStep(step) === policy.name;
	const running = [...fleet.running.values()].map(({ step }) => step);
	const inFlight = new Set(running.filter(isOurs).map(machineOf));
	const isHeldAsAWhole = own.some(({ machine }) => machine === null);
	const isBeginning = steps.some((step) => isOurs(step) && ["begin", "queue", "halt"].includes(step.kind));
	for (const name of fleet.machines.keys()) {
		const reasons = own.filter(({ machine }) => machine === name);
		const begun = steps.filter((step) => isOurs(step) && machineOf(step) === name);
		const said = reasons.length + begun.length;
		const text = () => `${policy.name}: ${name}: ${JSON.stringify([reasons, begun])}`;
		keep("a machine has one reason at most", said <= 1, text);
		if (said > 0 || inFlight.has(name) || isHeldAsAWhole || isNotWanted(policy, fleet.machines.get(name))) continue;
		const tasks = [...(rollout?.progress.get(name)?.values() ?? [])];
		const isDone = tasks.length > 0 && tasks.every(({ phase }) => phase === "verified");
		keep("every machine that is not done has a reason", isDone || isBeginning, text);
	}
}

/** By the labels of which the daemon has heard. */
function isNotWanted({ targets }: Policy, machine: Machine | undefined): boolean {
	return targets.labelsExcludeAny.some((label) => machine?.labels[label] !== undefined);
}
