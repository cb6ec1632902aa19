import type { AppliedPolicy, Rollout } from "../model/fleet.ts";
import { budgetsOf } from "../plan/budget.ts";
import { describeReason } from "../plan/describe-held.ts";
import { type Gate, gateOf } from "../plan/gate.ts";
import type { Held } from "../plan/held.ts";
import { prestageBar } from "../plan/prestage.ts";
import type { Membership, RingCount } from "../plan/rings.ts";
import { runTimes } from "../plan/schedule.ts";
import type { Seat } from "../plan/seat.ts";
import { seatsOf } from "../plan/seating.ts";
import { actOf } from "./act.ts";
import { approvalReport } from "./approval-report.ts";
import type { BudgetReport, RebootsReport, RingReport, RolloutReport } from "./cockpit.ts";
import type { Sight } from "./sight.ts";
import { iso, isoOrNull } from "./time-text.ts";

/** How far a policy's rollout is, without its machines and who else is named. */
export function rolloutReport(
	sight: Sight,
	applied: AppliedPolicy,
	members: Membership | null,
): Omit<RolloutReport, "machines" | "ways" | "absent_names"> {
	const { policy, pause, missedRuns } = applied;
	const rollout = sight.fleet.rollouts.get(policy.name);
	const { next } = runTimes(policy.schedule, { policy: policy.name, since: sight.now, now: sight.now });
	return {
		policy: policy.name,
		revision: policy.revision,
		id: rollout?.id ?? null,
		run: isoOrNull(rollout?.run),
		began_at: isoOrNull(rollout?.beganAt),
		next_run: isoOrNull(next),
		held: heldSentence(sight, policy.name),
		paused: pause && actOf(pause),
		approval: approvalReport(applied, sight.neededApproval(policy)),
		halted: rollout?.halt ? actOf({ ...rollout.halt, reason: rollout.halt.why }) : null,
		rolls_back: rollout?.restores?.revision ?? null,
		missed_runs: missedRuns.map(iso),
		rings: rollout && members ? ringReports(rollout, members.rings, sight.now) : [],
		budgets: rollout && members ? budgetReports(rollout, members.rings) : [],
		reboots: rollout && members ? rebootsReport(rollout, members.rings) : { due: 0, done: 0, failed: 0, under_way: [] },
	};
}

function heldSentence(sight: Sight, policy: string): string | null {
	const held = sight.wholeHeld(policy) ?? brakeOf(sight.machinesHeld(policy));
	return held ? sight.sentence(held) : null;
}

/** What has stopped the rollout is told of its machines one by one. */
function brakeOf(held: Iterable<Held>): Held | undefined {
	for (const each of held) if (each.reason.kind === "budget_spent" || each.reason.kind === "no_progress") return each;
	return undefined;
}

function ringReports(rollout: Rollout, rings: readonly RingCount[], now: number): RingReport[] {
	// Of a run that was aborted nothing runs, and nothing waits for a person.
	const isEnded = rollout.halt !== undefined;
	const gate = isEnded ? null : gateOf(rollout, rings, now);
	const stateAt = (index: number) => (isEnded ? "ended" : index === gate?.index ? "running" : "waiting");
	return rings.map((count, index) => {
		const { ring, members, verified, failed, leftOut, unreachable } = count;
		return {
			name: ring.name,
			state: rollout.promotedRings.has(ring.name) ? "promoted" : stateAt(index),
			machines: members,
			verified,
			failed,
			left_out: leftOut,
			unreachable,
			gate: gate?.index === index ? gateReport(rollout, gate) : null,
			prestaging: isEnded ? null : prestaging(rollout, count),
		};
	});
}

function gateReport({ policy }: Rollout, { reason, wakeAt }: Gate): RingReport["gate"] {
	return { kind: reason.kind, sentence: describeReason(policy.name, reason), until: isoOrNull(wakeAt) };
}

function prestaging(rollout: Rollout, count: RingCount): RingReport["prestaging"] {
	const bar = prestageBar(rollout, count);
	if (bar?.kind !== "prestaging") return null;
	return { holding: bar.holding, counted: bar.counted, threshold: bar.threshold };
}

function budgetReports(rollout: Rollout, rings: readonly RingCount[]): BudgetReport[] {
	const { minExecuted } = rollout.policy.rollout;
	return budgetsOf(rollout, rings).map(({ ring, failed, started, maxErrors, maxFailPercentage, isSpent }) => ({
		ring,
		failed,
		started,
		max_errors: maxErrors ?? null,
		max_fail_percentage: maxFailPercentage ?? null,
		min_executed: minExecuted,
		is_spent: isSpent,
	}));
}

function rebootsReport({ policy, reboots }: Rollout, rings: readonly RingCount[]): RebootsReport {
	const counts = { due: 0, running: 0, done: 0, failed: 0 };
	const underWay: RebootsReport["under_way"][number][] = [];
	const look = ({ machine: { name }, reboot }: Seat) => {
		if (!reboot) return;
		counts[reboot.phase] += 1;
		if (reboot.phase !== "running") return;
		underWay.push({ machine: name, since: iso(reboot.at), back_by: iso(reboot.at + policy.reboot.timeoutMs) });
	};
	if (reboots.size > 0) for (const { row } of rings) for (const seat of seatsOf(row)) look(seat);
	const { due, done, failed } = counts;
	return { due, done, failed, under_way: underWay };
}
