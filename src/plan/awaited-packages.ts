import type { Fleet, Rollout } from "../model/fleet.ts";
import { machineOf, type Step } from "../model/step.ts";
import type { Decision } from "./decide.ts";
import type { HeldReason } from "./held.ts";
import { isApplicable } from "./standing.ts";
import { rolloutOf, tasksOf } from "./task.ts";

/** Nobody is dismissed while one of these lacks the package, and every delivery makes a new list. */
const MOST_NAMED = 256;

/**
 * By hex SHA-256, the machines that are on their way to a package: those with a step under way in its rollout, and those that wait for
 * nothing but their turn. Machines out of reach, and those behind a ring, a gate or a brake that holds, are not.
 */
export function awaitedPackages(fleet: Fleet, decision: Decision): ReadonlyMap<string, readonly string[]> {
	const awaited = new Map<string, Set<string>>();
	const expect = (rollout: Rollout | undefined, machine: string) => {
		for (const sha256 of rollout ? packagesDueOn(fleet, rollout, machine) : []) {
			const names = awaited.get(sha256) ?? new Set<string>();
			awaited.set(sha256, names);
			if (names.size < MOST_NAMED) names.add(machine);
		}
	};
	for (const step of [...[...fleet.running.values()].map(({ step }) => step), ...decision.steps]) {
		const machine = machineOf(step);
		if (machine !== null) expect(rolloutOfStep(fleet, step), machine);
	}
	for (const { policy, machine, reason } of decision.held)
		if (machine !== null && waitsItsTurn(reason)) expect(fleet.rollouts.get(policy), machine);
	return new Map([...awaited].map(([sha256, names]) => [sha256, [...names].sort()]));
}

/** By hex SHA-256, packages that machines of open rings lack which are out of reach: they may come back at any time. */
export function packagesOfLatecomers(fleet: Fleet, decision: Decision): ReadonlySet<string> {
	const packages = new Set<string>();
	for (const { policy, machine, reason } of decision.held) {
		const rollout = fleet.rollouts.get(policy);
		if (machine === null || !rollout || reason.kind !== "waiting_for_machine") continue;
		for (const sha256 of packagesDueOn(fleet, rollout, machine)) packages.add(sha256);
	}
	return packages;
}

function rolloutOfStep(fleet: Fleet, step: Step): Rollout | undefined {
	if (step.kind === "read_facts") return fleet.rollouts.get(step.policy);
	return "rollout" in step ? rolloutOf(fleet, step.rollout) : undefined;
}

function waitsItsTurn({ kind }: HeldReason): boolean {
	return kind === "slots_busy" || kind === "machine_busy";
}

/** What nobody has looked for yet may have to be delivered; what was delivered lies there, whatever must be looked at again. */
function packagesDueOn({ machines }: Fleet, rollout: Rollout, name: string): readonly string[] {
	const machine = machines.get(name);
	if (!machine) return [];
	return tasksOf(rollout, name).flatMap(({ spec, task }) => {
		if (spec.state === "absent") return [];
		const isDue = task.phase === "absent" || (task.phase === "unread" && task.delivery === undefined);
		return isDue && isApplicable(spec, task, machine) ? [spec.sha256] : [];
	});
}
