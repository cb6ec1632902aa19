import type { AppliedPolicy } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { Roster } from "./roster.ts";
import { machinesIn } from "./stretch.ts";

/** Of the controller, whatever a policy says: a rollout to more machines than `above` needs the approval of `required` people. */
export interface ApprovalRule {
	readonly above: number;
	readonly required: number;
}

export interface NeededApproval {
	readonly required: number;
	/** Whose approval counts; empty: anybody's. */
	readonly approvers: readonly string[];
	/** Present when the controller's rule asks for more people than the policy does: how many machines it selects. */
	readonly machines?: number;
}

/** How many people must approve a policy's revision before any machine is touched; null: nobody. */
export function neededApproval(
	{ approval }: Policy,
	roster: Pick<Roster, "rings" | "undecided"> | undefined,
	rule: ApprovalRule | undefined,
): NeededApproval | null {
	const own = approval?.required ?? 0;
	const approvers = approval?.approvers ?? [];
	if (rule && rule.required > own) {
		const machines = selectedIn(roster);
		if (machines > rule.above) return { required: rule.required, approvers, machines };
	}
	return own > 0 ? { required: own, approvers } : null;
}

/** Machines that may get it; whom nobody has let in, or no ring takes, is touched by nothing. */
function selectedIn(roster: Pick<Roster, "rings" | "undecided"> | undefined): number {
	if (!roster) return 0;
	return [...roster.rings, roster.undecided].reduce((sum, each) => sum + machinesIn(each).length, 0);
}

/** How many people have given an approval that counts. */
export function countingApprovals(applied: AppliedPolicy | undefined, approvers: readonly string[]): number {
	const people = new Set(applied?.approvals.map(({ by }) => by));
	return [...people].filter((by) => isApprover(approvers, by)).length;
}

export function isApprover(approvers: readonly string[], by: string): boolean {
	return approvers.length === 0 || approvers.includes(by);
}
