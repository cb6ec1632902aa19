import type { AppliedPolicy } from "../model/fleet.ts";
import { countingApprovals, isApprover, type NeededApproval } from "../plan/needed-approval.ts";
import type { ApprovalReport } from "./policy-reports.ts";
import { iso } from "./time-text.ts";

/** How far the revision in force is through its approval gate; null: it has none. */
export function approvalReport(applied: AppliedPolicy, needed: NeededApproval | null): ApprovalReport | null {
	if (!needed) return null;
	const { required, approvers, machines } = needed;
	const given = applied.approvals.map(({ by, at }) => ({ by, at: iso(at), counts: isApprover(approvers, by) }));
	const because =
		machines === undefined ? null : `the controller asks for ${required} people: it is for ${machines} machines`;
	return { required, approvers, because, given, is_approved: countingApprovals(applied, approvers) >= required };
}
