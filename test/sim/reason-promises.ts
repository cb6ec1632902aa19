import { machineOf } from "../../src/model/step.ts";
import type { Decision } from "../../src/plan/decide.ts";
import type { Keep } from "./promises.ts";
import type { Simulator } from "./simulator.ts";

/** Each machine that is not done has one thing that is done for it, or one stated reason. */
export function checkReasons({ truth, fleet }: Simulator, { steps, held }: Decision, keep: Keep): void {
	const rollout = fleet.rollouts.get(truth.policy.name);
	const isHeldAsAWhole = held.some(({ machine }) => machine === null);
	const inFlight = new Set([...fleet.running.values()].map(({ step }) => machineOf(step)));
	for (const name of fleet.machines.keys()) {
		const reasons = held.filter(({ machine }) => machine === name);
		const begun = steps.filter((step) => machineOf(step) === name);
		const said = reasons.length + begun.length;
		const text = () => `${name}: ${JSON.stringify([reasons, begun])}`;
		keep("a machine has one reason at most", said <= 1, text);
		if (said > 0 || inFlight.has(name) || isHeldAsAWhole) continue;
		const isBeginning = steps.some(({ kind }) => kind === "begin" || kind === "queue" || kind === "halt");
		const tasks = [...(rollout?.progress.get(name)?.values() ?? [])];
		const isDone = tasks.length > 0 && tasks.every(({ phase }) => phase === "verified");
		keep("every machine that is not done has a reason", isDone || isBeginning, text);
	}
}
