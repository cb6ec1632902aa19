import type { Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { LedgerStep } from "../model/step.ts";
import { rolloutId } from "./decide-run.ts";
import { tasksOf, wasInstalled } from "./task.ts";

/** Back to what the machines had before; where that is not known the rollout just ends. */
export function rollBack(rollout: Rollout, why: string, now: number): LedgerStep {
	const { policy, previous, id } = rollout;
	if (!previous || rollout.restores)
		return { kind: "halt", rollout: id, why: `${why}; there is no earlier revision to go back to` };
	return {
		kind: "begin",
		rollout: rolloutId(previous, now),
		policy: policy.name,
		revision: previous.revision,
		run: now,
		restores: { rollout: id, why },
	};
}

/** The policy of the machines' way back: as it was, over one ring, and without what would hold it up for good. */
export function restoringPolicy(previous: Policy): Policy {
	const { availableAt: _availableAt, deadline: _deadline, approval: _approval, ...kept } = previous;
	const { maxConcurrency } = previous.rollout;
	const ring = {
		name: "rollback",
		members: { kind: "rest" as const },
		successThreshold: 100,
		minHealthyTimeMs: 0,
		promote: "auto" as const,
	};
	return { ...kept, rollout: { rings: [ring], maxConcurrency, minExecuted: 1, onFailure: "pause" } };
}

/** Machines on which the rollout has run an installer. */
export function changedMachines(rollout: Rollout): ReadonlySet<string> {
	const names = [...rollout.progress.keys()];
	return new Set(names.filter((name) => tasksOf(rollout, name).some(({ task }) => wasInstalled(task))));
}

/** What a rollout that follows this one can go back to. */
export function previousOf(rollout: Rollout | undefined, revision: string): Policy | undefined {
	if (!rollout) return undefined;
	const hasVerified = [...rollout.progress.values()].some((tasks) =>
		[...tasks.values()].some(({ phase }) => phase === "verified"),
	);
	const isAnother = rollout.policy.revision !== revision && rollout.restores === undefined;
	return isAnother && hasVerified ? rollout.policy : rollout.previous;
}
