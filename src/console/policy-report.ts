import type { AppliedPolicy, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { NeededApproval } from "../plan/needed-approval.ts";
import { withoutLogin } from "../policy/without-login.ts";
import { writtenLeaves } from "../policy/written-leaves.ts";
import { approvalReport } from "./approval-report.ts";
import { differencesBetween } from "./difference-report.ts";
import type { PolicyReport } from "./policy-reports.ts";
import { iso } from "./time-text.ts";

/** What a person approves: the revision, what it does, and what it changes against the one that was rolled out last. */
export function policyReport(
	applied: AppliedPolicy,
	rollout: Rollout | undefined,
	needed: NeededApproval | null,
): PolicyReport {
	const { policy, source, appliedAt } = applied;
	const last = rollout && rollout.policy.revision !== policy.revision ? rollout.policy : null;
	return {
		policy: policy.name,
		revision: policy.revision,
		source,
		applied_at: iso(appliedAt),
		approval: approvalReport(applied, needed),
		content: contentOf(policy),
		since: last && { revision: last.revision, differences: differencesBetween(last, policy) },
	};
}

/** Every key in the words of its file, defaults included; lists without an entry say nothing. */
function contentOf(policy: Policy): readonly string[] {
	const leaves = [...writtenLeaves(policy)].filter(([, value]) => value !== "[]");
	return leaves.map(([path, value]) => withoutLogin(`${path}: ${value}`));
}
