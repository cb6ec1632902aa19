import type { PolicyEvent } from "../model/event.ts";
import type { AppliedPolicy, Fleet, PackageState } from "../model/fleet.ts";
import { withEntry, withoutEntry } from "./copy.ts";

export function applyPolicyEvent(fleet: Fleet, event: PolicyEvent & { readonly at: number }): Fleet {
	switch (event.kind) {
		case "PolicyApplied":
			return applyPolicy(fleet, event);
		case "PolicyRemoved":
			return removePolicy(fleet, event.policy);
		case "PackageLost":
			return forgetPackage(fleet, event.sha256, ["held"]);
	}
}

/** A new revision needs its own approvals and has missed nothing yet; a pause stays until a person ends it. */
function applyPolicy(
	fleet: Fleet,
	{ policy, source, at }: Extract<PolicyEvent, { kind: "PolicyApplied" }> & { readonly at: number },
): Fleet {
	const known = fleet.policies.get(policy.name);
	const isSameRevision = known?.policy.revision === policy.revision;
	if (isSameRevision && known.source === source) return fleet;
	const applied: AppliedPolicy = isSameRevision
		? { ...known, policy, source }
		: {
				policy,
				source,
				appliedAt: at,
				pause: known?.pause ?? null,
				approvals: [],
				missedRuns: [],
				requestedAt: null,
			};
	return { ...fleet, policies: withEntry(fleet.policies, policy.name, applied) };
}

function removePolicy(fleet: Fleet, name: string): Fleet {
	if (!fleet.policies.has(name)) return fleet;
	return { ...fleet, policies: withoutEntry(fleet.policies, name), rollouts: withoutEntry(fleet.rollouts, name) };
}

/** Forgets what is known of a package in one of these states, so that it is downloaded anew. */
export function forgetPackage(fleet: Fleet, sha256: string, states: readonly PackageState["kind"][]): Fleet {
	const state = fleet.packages.get(sha256);
	return state && states.includes(state.kind) ? { ...fleet, packages: withoutEntry(fleet.packages, sha256) } : fleet;
}
