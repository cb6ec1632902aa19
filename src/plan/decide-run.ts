import type { AppliedPolicy, Fleet, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { type LedgerStep, machineOf } from "../model/step.ts";
import { spentBudget } from "./budget.ts";
import { isChanging } from "./changing.ts";
import type { Held, HeldReason } from "./held.ts";
import { membership } from "./rings.ts";
import { runTimes, seenUntil } from "./schedule.ts";
import { isInFlight, type Seat, seatOf } from "./seat.ts";

export interface RunDecision {
	readonly steps: readonly LedgerStep[];
	readonly held: readonly Held[];
	readonly wakes: readonly number[];
	/** A run waits for the one before: that finishes what is in flight and starts nothing. */
	readonly isEnding: boolean;
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
		return { steps, held: [until === undefined ? held : { ...held, until }], wakes, isEnding: false };
	};
	if (run === null)
		return isSame ? { steps, held: [], wakes, isEnding: false } : holdUnbegun(policy, applied, next, hold);
	// What was rolled back does not begin again by itself; the rollout that goes back says so.
	if (isSame && rollout?.restores && applied?.requestedAt === null) return { steps, held: [], wakes, isEnding: false };
	const running = unfinished(fleet, rollout, now);
	if (running === 0) return { steps: [...steps, begin(policy, run)], held: [], wakes, isEnding: false };
	// Cron's moment passes while it waits; a revision that runs now stays due.
	const isPassing = policy.schedule.kind === "cron" && applied?.requestedAt === null;
	const queue = isPassing ? [{ kind: "queue" as const, ...named(policy), run }] : [];
	const waiting = hold({ kind: "previous_run_ending", running });
	return { ...waiting, steps: [...steps, ...queue], isEnding: true };
}

function begin(policy: Policy, run: number): LedgerStep {
	return { kind: "begin", ...named(policy), rollout: rolloutId(policy, run), run };
}

/** Whether the rollout carries out this revision, or undoes it. */
export function isOfRevision(rollout: Rollout | undefined, revision: string): boolean {
	return (rollout?.restores?.revision ?? rollout?.policy.revision) === revision;
}

export function rolloutId({ name, revision }: Policy, run: number): string {
	return `${name}@${revision.slice(0, 8)}/${new Date(run).toISOString()}`;
}

/** Machines that have a step of the rollout in flight, or are in the middle of a change. */
export function unfinished(fleet: Fleet, rollout: Rollout | undefined, now: number): number {
	if (!rollout) return 0;
	const machines = new Set<string>();
	for (const { step } of fleet.running.values()) {
		const machine = machineOf(step);
		if (machine !== null && "rollout" in step && step.rollout === rollout.id) machines.add(machine);
	}
	for (const name of [...rollout.progress.keys(), ...rollout.reboots.keys()]) {
		const machine = isChanging(rollout, name, now) ? fleet.machines.get(name) : undefined;
		const seat = machine && seatOf(rollout, machine);
		if (seat && (isInFlight(seat, now) || !isHeldBack(fleet, rollout, { seat, now }))) machines.add(name);
	}
	return machines.size;
}

/** Nobody has asked for its reboot, and nobody will: the next run has it to do. */
function isHeldBack(
	fleet: Fleet,
	rollout: Rollout,
	{ seat, now }: { readonly seat: Seat; readonly now: number },
): boolean {
	if (rollout.halt || seat.machine.excluded) return true;
	return !seat.isRequested && spentBudget(rollout, membership(fleet, rollout, now).rings) !== null;
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
	const missedBefore = applied?.missedRuns.findLast((run) => run <= now) ?? 0;
	const marks = [appliedAt, rollout?.run ?? 0, missedBefore, applied?.requestedAt ?? 0];
	const since = Math.max(...marks.map((mark) => seenUntil(mark, now)));
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
