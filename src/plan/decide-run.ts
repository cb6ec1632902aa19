import type { AppliedPolicy, Fleet, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { type LedgerStep, machineOf, type Step } from "../model/step.ts";
import type { Held, HeldReason } from "./held.ts";
import { runTimes } from "./schedule.ts";

export interface RunDecision {
	readonly steps: readonly LedgerStep[];
	readonly held: readonly Held[];
	readonly wakes: readonly number[];
}

/** Begins a run that is due: once for a revision that says `now`, whenever cron says, or when a person asks for one. */
export function decideRun(fleet: Fleet, policy: Policy, now: number): RunDecision {
	const applied = fleet.policies.get(policy.name);
	const rollout = fleet.rollouts.get(policy.name);
	const isSame = isOfRevision(rollout, policy.revision);
	const { run, missed, next } = dueRun(policy, { applied, rollout, now });
	const wakes = next === null ? [] : [next];
	const steps = missed.map((each): LedgerStep => ({ kind: "miss", ...named(policy), run: each }));
	const hold = (reason: HeldReason, until?: number): RunDecision => {
		const held = { policy: policy.name, machine: null, reason };
		return { steps, held: [until === undefined ? held : { ...held, until }], wakes };
	};
	if (run === null) return isSame ? { steps, held: [], wakes } : holdUnbegun(policy, applied, next, hold);
	if (isSame && rollout?.restores && applied?.requestedAt === null)
		return hold({ kind: "rolled_back", revision: policy.revision });
	const running = inFlight(fleet, rollout);
	if (running > 0) return hold({ kind: "previous_run_ending", running });
	return {
		steps: [...steps, { kind: "begin", ...named(policy), rollout: rolloutId(policy, run), run }],
		held: [],
		wakes,
	};
}

/** Whether the rollout carries out this revision, or undoes it. */
export function isOfRevision(rollout: Rollout | undefined, revision: string): boolean {
	return (rollout?.restores?.revision ?? rollout?.policy.revision) === revision;
}

export function rolloutId({ name, revision }: Policy, run: number): string {
	return `${name}@${revision.slice(0, 8)}/${new Date(run).toISOString()}`;
}

/** Steps of the rollout that reach a machine and have not ended. */
export function inFlight(fleet: Fleet, rollout: Rollout | undefined): number {
	if (!rollout) return 0;
	let count = 0;
	for (const { step } of fleet.running.values()) if (isOf(step, rollout)) count += 1;
	return count;
}

function isOf(step: Step, { id }: Rollout): boolean {
	return machineOf(step) !== null && "rollout" in step && step.rollout === id;
}

function named({ name, revision }: Policy) {
	return { policy: name, revision };
}

interface Past {
	readonly applied: AppliedPolicy | undefined;
	readonly rollout: Rollout | undefined;
	readonly now: number;
}

interface DueRun {
	readonly run: number | null;
	readonly missed: readonly number[];
	readonly next: number | null;
}

function dueRun(policy: Policy, { applied, rollout, now }: Past): DueRun {
	const isApplied = applied?.policy.revision === policy.revision;
	const appliedAt = isApplied ? applied.appliedAt : now;
	const since = Math.max(appliedAt, rollout?.run ?? 0, applied?.missedRuns.at(-1) ?? 0);
	const { due, missed, next } = runTimes(policy.schedule, { policy: policy.name, since, now });
	if (isApplied && applied.requestedAt !== null) return { run: applied.requestedAt, missed, next };
	if (policy.schedule.kind === "cron") return { run: due, missed, next };
	return { run: isOfRevision(rollout, policy.revision) ? null : appliedAt, missed, next };
}

function holdUnbegun(
	policy: Policy,
	applied: AppliedPolicy | undefined,
	next: number | null,
	hold: (reason: HeldReason, until?: number) => RunDecision,
): RunDecision {
	if (policy.schedule.suspend) return hold({ kind: "suspended" });
	const timeZone = policy.schedule.kind === "cron" ? policy.schedule.timeZone : "UTC";
	return hold({ kind: "not_scheduled", timeZone, missed: applied?.missedRuns.length ?? 0 }, next ?? undefined);
}
