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

type Spent = Extract<HeldReason, { kind: "budget_spent" }>;

function spent(rollout: Rollout, budget: Budget, rings: readonly RingCount[]): Spent | null {
	const { maxErrors, maxFailPercentage } = budget;
	const failed = rings.reduce((sum, count) => sum + count.failed, 0);
	if (failed === 0 || (maxErrors === undefined && maxFailPercentage === undefined)) return null;
	const started = rings.reduce((sum, count) => sum + count.started, 0);
	const reason = { kind: "budget_spent" as const, failed, started };
	if (maxErrors !== undefined && failed > maxErrors) return { ...reason, limit: "max_errors", allowed: maxErrors };
	const isOver = maxFailPercentage !== undefined && failed * 100 > maxFailPercentage * started;
	return isOver && started >= rollout.policy.rollout.minExecuted
		? { ...reason, limit: "max_fail_percentage", allowed: maxFailPercentage }
		: null;
}
