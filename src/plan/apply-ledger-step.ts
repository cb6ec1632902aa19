import type { AppliedPolicy, Fleet, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { LedgerStep } from "../model/step.ts";
import { withEntry } from "./copy.ts";
import { changedMachines, previousOf, restoringPolicy } from "./rollback.ts";
import { rolloutOf, withRollout } from "./task.ts";

type Begin = Extract<LedgerStep, { kind: "begin" }>;
const KEPT_MISSED_RUNS = 10;

/** Acts of record: what they say holds from now on. */
export function applyLedgerStep(fleet: Fleet, step: LedgerStep, at: number): Fleet {
	switch (step.kind) {
		case "begin":
			return step.restores === undefined ? begin(fleet, step, at) : beginRestoring(fleet, step, at);
		case "queue":
			return queue(fleet, step);
		case "miss":
			return miss(fleet, step, at);
		default:
			return changeRollout(fleet, step, at);
	}
}

function begin(fleet: Fleet, step: Begin, at: number): Fleet {
	const applied = fleet.policies.get(step.policy);
	if (applied?.policy.revision !== step.revision) return fleet;
	const previous = previousOf(fleet.rollouts.get(step.policy), step.revision);
	const rollout = newRollout(step, applied.policy, { before: fleet.rollouts.get(step.policy), at });
	const isRequested = applied.requestedAt !== null && applied.requestedAt <= step.run;
	const begun = isRequested ? withApplied(fleet, { ...applied, requestedAt: null }) : fleet;
	return withRollout(begun, previous ? { ...rollout, previous } : rollout);
}

function beginRestoring(fleet: Fleet, step: Begin, at: number): Fleet {
	const failed = fleet.rollouts.get(step.policy);
	if (!failed?.previous || failed.id !== step.restores?.rollout || failed.previous.revision !== step.revision)
		return fleet;
	const { id, policy } = failed;
	const restores = {
		rollout: id,
		revision: policy.revision,
		why: step.restores.why,
		machines: changedMachines(failed),
	};
	const rollout = newRollout(step, restoringPolicy(failed.previous), { before: failed, at });
	return withRollout(fleet, { ...rollout, previous: failed.previous, restores });
}

interface Beginning {
	readonly before: Rollout | undefined;
	readonly at: number;
}

function newRollout({ rollout: id, run }: Begin, policy: Policy, { before, at }: Beginning): Rollout {
	return {
		id,
		policy,
		run,
		beganAt: at,
		steeredAt: at,
		promotedRings: new Set(),
		soaks: new Map(),
		promotions: new Map(),
		givenUp: new Map(),
		reboots: policy.reboot.policy === "never" ? new Map() : stillDue(before),
		progress: new Map(),
	};
}

/** What the run before installed goes on needing its reboot. */
function stillDue(before: Rollout | undefined): Rollout["reboots"] {
	return new Map([...(before?.reboots ?? [])].filter(([, { phase }]) => phase === "due"));
}

function queue(fleet: Fleet, { policy, revision, run }: Extract<LedgerStep, { kind: "queue" }>): Fleet {
	const applied = fleet.policies.get(policy);
	if (applied?.policy.revision !== revision || applied.requestedAt !== null) return fleet;
	return withApplied(fleet, { ...applied, requestedAt: run });
}

/** What was missed while the clock was ahead gives way: else the list might be full of it, and nothing that is missed now stay. */
function miss(fleet: Fleet, { policy, revision, run }: Extract<LedgerStep, { kind: "miss" }>, at: number): Fleet {
	const applied = fleet.policies.get(policy);
	if (applied?.policy.revision !== revision || applied.missedRuns.includes(run)) return fleet;
	const before = applied.missedRuns.filter((each) => each <= at);
	const missedRuns = [...before, run].sort((a, b) => a - b).slice(-KEPT_MISSED_RUNS);
	return withApplied(fleet, { ...applied, missedRuns });
}

function withApplied(fleet: Fleet, applied: AppliedPolicy): Fleet {
	return { ...fleet, policies: withEntry(fleet.policies, applied.policy.name, applied) };
}

function changeRollout(
	fleet: Fleet,
	step: Exclude<LedgerStep, { kind: "begin" | "queue" | "miss" }>,
	at: number,
): Fleet {
	const rollout = rolloutOf(fleet, step.rollout);
	if (!rollout) return fleet;
	switch (step.kind) {
		case "soak":
			return withRollout(fleet, { ...rollout, soaks: withEntry(rollout.soaks, step.ring, at) });
		case "promote":
			return withRollout(fleet, { ...rollout, promotedRings: new Set(rollout.promotedRings).add(step.ring) });
		case "halt":
			return withRollout(fleet, { ...rollout, halt: { by: "fleetseed", why: step.why, at } });
		case "give_up":
			return withRollout(fleet, { ...rollout, givenUp: withEntry(rollout.givenUp, step.absentee, step.as) });
	}
}
