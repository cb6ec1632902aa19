import type { AppliedPolicy } from "../model/fleet.ts";
import type { ApprovalReport } from "./policy-reports.ts";
import { iso } from "./time-text.ts";

/** How far the revision in force is through its approval gate; null: it has none. */
export function approvalReport({ policy, approvals }: AppliedPolicy): ApprovalReport | null {
	if (!policy.approval) return null;
	const { required, approvers } = policy.approval;
	const given = approvals.map(({ by, at }) => ({ by, at: iso(at), counts: isApprover(approvers, by) }));
	const people = new Set(given.filter(({ counts }) => counts).map(({ by }) => by));
	return { required, approvers, given, is_approved: people.size >= required };
}

export function isApprover(approvers: readonly string[], by: string): boolean {
	return approvers.length === 0 || approvers.includes(by);
}
