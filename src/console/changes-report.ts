import type { AppliedPolicy, Fleet } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { unfinished } from "../plan/decide-run.ts";
import { counted } from "./counted.ts";
import { differencesBetween } from "./difference-report.ts";
import type { PolicyChange } from "./policy-reports.ts";

/** What happens between the policies of one fleet and those of another, by name. A file that says the same changes nothing. */
export function policyChanges(before: Fleet, after: Fleet, now: number): readonly PolicyChange[] {
	const names = [...new Set([...before.policies.keys(), ...after.policies.keys()])].sort();
	return names.flatMap((name) => {
		const [was, is] = [before.policies.get(name), after.policies.get(name)];
		if (was && is) return was.policy.revision === is.policy.revision ? [] : [changed(before, was, is, now)];
		return is ? [added(is)] : was ? [removed(before, was, now)] : [];
	});
}

function added({ policy, source }: AppliedPolicy): PolicyChange {
	const { name, revision } = policy;
	return {
		policy: name,
		change: "added",
		source,
		revision_before: null,
		revision_after: revision,
		differences: [],
		effect: `${beginning(policy)}${approvalsOf(policy)}`,
	};
}

function changed(fleet: Fleet, was: AppliedPolicy, { policy, source }: AppliedPolicy, now: number): PolicyChange {
	return {
		policy: policy.name,
		change: "changed",
		source,
		revision_before: was.policy.revision,
		revision_after: policy.revision,
		differences: differencesBetween(was.policy, policy),
		effect: `${ending(fleet, was, now)}${beginning(policy)}${approvalsOf(policy)}`,
	};
}

function removed(fleet: Fleet, was: AppliedPolicy, now: number): PolicyChange {
	const { name, revision } = was.policy;
	return {
		policy: name,
		change: "removed",
		source: was.source,
		revision_before: revision,
		revision_after: null,
		differences: [],
		effect: `${ending(fleet, was, now)}nothing more begins; what is installed stays`,
	};
}

function ending(fleet: Fleet, { policy }: AppliedPolicy, now: number): string {
	const left = unfinished(fleet, fleet.rollouts.get(policy.name), now);
	return left === 0 ? "" : `what is in flight on ${counted(left, "machine")} ends; then `;
}

function beginning({ schedule }: Policy): string {
	if (schedule.suspend) return "no run begins: schedule.suspend";
	return schedule.kind === "now"
		? "a run begins at once"
		: `runs begin by its schedule (${schedule.cron} ${schedule.timeZone})`;
}

function approvalsOf({ approval }: Policy): string {
	return approval ? `, after ${counted(approval.required, "approval")} of this revision` : "";
}
