import type { Rollout } from "../model/fleet.ts";
import type { HeldReason } from "./held.ts";
import type { RingCount } from "./rings.ts";

interface Budget {
	readonly maxErrors?: number;
	readonly maxFailPercentage?: number;
}

/**
 * Why the rollout may start nothing new, or null. Unreachable machines have not failed and never count. A failed machine
 * counts until it is retried, so that mending and retrying is what releases the brake.
 */
export function spentBudget(rollout: Rollout, rings: readonly RingCount[]): HeldReason | null {
	const { rollout: spec } = rollout.policy;
	const whole = spent(rollout, spec, rings);
	if (whole) return whole;
	for (const count of rings) {
		const part = spent(rollout, count.ring, [count]);
		if (part) return { ...part, ring: count.ring.name };
	}
	return null;
}

/** A budget, and how much of it is used. */
export interface BudgetUse extends Budget {
	/** null: over all rings. */
	readonly ring: string | null;
	readonly failed: number;
	readonly started: number;
	readonly isSpent: boolean;
}

/** Every budget that the policy sets, that of the whole first. */
export function budgetsOf(rollout: Rollout, rings: readonly RingCount[]): readonly BudgetUse[] {
	const { rollout: spec } = rollout.policy;
	const parts = [
		{ ring: null, budget: spec as Budget, counts: rings },
		...rings.map((count) => ({ ring: count.ring.name, budget: count.ring as Budget, counts: [count] })),
	];
	return parts.flatMap(({ ring, budget: { maxErrors, maxFailPercentage }, counts }) => {
		if (maxErrors === undefined && maxFailPercentage === undefined) return [];
		const limits = {
			...(maxErrors === undefined ? {} : { maxErrors }),
			...(maxFailPercentage === undefined ? {} : { maxFailPercentage }),
		};
		const isSpent = spent(rollout, limits, counts) !== null;
		return { ring, ...limits, failed: sumOf(counts, "failed"), started: sumOf(counts, "started"), isSpent };
	});
}

type Spent = Extract<HeldReason, { kind: "budget_spent" }>;

function spent(rollout: Rollout, budget: Budget, rings: readonly RingCount[]): Spent | null {
	const { maxErrors, maxFailPercentage } = budget;
	const failed = sumOf(rings, "failed");
	if (failed === 0 || (maxErrors === undefined && maxFailPercentage === undefined)) return null;
	const started = sumOf(rings, "started");
	const reason = { kind: "budget_spent" as const, failed, started };
	if (maxErrors !== undefined && failed > maxErrors) return { ...reason, limit: "max_errors", allowed: maxErrors };
	const isOver = maxFailPercentage !== undefined && failed * 100 > maxFailPercentage * started;
	return isOver && started >= rollout.policy.rollout.minExecuted
		? { ...reason, limit: "max_fail_percentage", allowed: maxFailPercentage }
		: null;
}

function sumOf(rings: readonly RingCount[], key: "failed" | "started"): number {
	return rings.reduce((sum, count) => sum + count[key], 0);
}
