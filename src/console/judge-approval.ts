import type { AppliedPolicy, Fleet } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { isApprover, type NeededApproval } from "../plan/needed-approval.ts";
import { approvalReport } from "./approval-report.ts";
import { accepted, alreadySo, butPaused, type Judgement, type Order, policyUnknown, refused } from "./judgement.ts";
import { shortRevision } from "./short-revision.ts";

/** Only the revision in force can be approved, so that nobody approves what changed while they were reading. */
export function judgeApproval(
	fleet: Fleet,
	order: Order<"PolicyApproved">,
	neededFor: (policy: Policy) => NeededApproval | null,
): Judgement {
	const { policy: name, revision, by } = order;
	const applied = fleet.policies.get(name);
	if (!applied) return policyUnknown(name);
	const { policy, approvals } = applied;
	const needed = neededFor(policy);
	if (!needed) return refused(needlessApproval(name));
	const current = shortRevision(policy.revision);
	if (policy.revision !== revision)
		return refused(`${name} is at revision ${policy.revision}, not ${revision}: look again before you approve it`);
	const { approvers } = needed;
	if (!isApprover(approvers, by))
		return refused(`${by} is not among the approvers of ${name}: ${approvers.join(", ")}`);
	if (approvals.some((each) => each.by === by))
		return alreadySo(`${by} has approved revision ${current} of ${name} already: ${howFar(applied, needed)}`);
	const after = { ...applied, approvals: [...approvals, { by, at: 0 }] };
	const message = `revision ${current} of ${name} approved by ${by}: ${howFar(after, needed)}${butPaused(fleet, name)}`;
	return accepted(order, message);
}

export function needlessApproval(policy: string): string {
	return `${policy} needs no approval, since neither the policy nor the controller asks for one; see how far it is: fleetseed status`;
}

function howFar(applied: AppliedPolicy, needed: NeededApproval): string {
	const report = approvalReport(applied, needed);
	if (!report) return "";
	const { given, required, is_approved } = report;
	const count = given.filter(({ counts }) => counts).length;
	return `${count} of ${required}${is_approved ? ", it may go on" : ""}`;
}
