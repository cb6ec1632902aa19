import type { Rollout, Task } from "../model/fleet.ts";
import type { HeldReason } from "./held.ts";
import { machineProgress, type RingCount } from "./rings.ts";
import { taskOf } from "./task.ts";

/**
 * Why the rollout may start nothing new, or null. Unreachable machines have not failed and never count. A failed machine
 * counts until it is retried, so that mending and retrying is what releases the brake.
 */
export function spentBudget(rollout: Rollout, rings: readonly RingCount[]): HeldReason | null {
	const { maxErrors, maxFailPercentage, minExecuted } = rollout.policy.rollout;
	const failed = rings.reduce((sum, count) => sum + count.failed, 0);
	const members = rings.flatMap((count) => count.members);
	const started = members.filter(({ name }) => hasStarted(rollout, name)).length;
	const spent = { kind: "budget_spent" as const, failed, started };
	if (maxErrors !== undefined && failed > maxErrors) return { ...spent, limit: "max_errors", allowed: maxErrors };
	const isOver = maxFailPercentage !== undefined && failed * 100 > maxFailPercentage * started;
	return isOver && started >= minExecuted
		? { ...spent, limit: "max_fail_percentage", allowed: maxFailPercentage }
		: null;
}

function hasStarted(rollout: Rollout, machine: string): boolean {
	if (machineProgress(rollout, machine) === "failed") return true;
	return rollout.policy.packages.some(({ name }) => wasInstalled(taskOf(rollout, machine, name)));
}

function wasInstalled({ phase, attempt, exitCode, startedAt }: Task): boolean {
	return phase === "running" || attempt > 1 || exitCode !== undefined || startedAt !== undefined;
}
