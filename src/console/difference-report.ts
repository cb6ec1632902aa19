import type { Policy } from "../model/policy.ts";
import { comparePolicies, describeDifference } from "../policy/compare-policies.ts";
import type { DifferenceReport } from "./policy-reports.ts";

/** What a new revision of a policy changes, key by key. */
export function differencesBetween(before: Policy, after: Policy): readonly DifferenceReport[] {
	return comparePolicies(before, after).map((each) => ({ ...each, sentence: describeDifference(each) }));
}
