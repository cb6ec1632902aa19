import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import { applyMachineEvent } from "./apply-machine-event.ts";
import { applyRetry } from "./apply-retry.ts";
import { applyStepFinished, applyStepInterrupted, applyStepStarted } from "./apply-step-event.ts";
import { withEntry, withoutEntry } from "./copy.ts";

/**
 * The fleet after the event. Total: a late, stale or duplicate event changes nothing, and then the very same fleet is
 * returned, so that a caller can tell by identity whether the event is worth keeping.
 */
export function applyEvent(fleet: Fleet, event: Event): Fleet {
	switch (event.kind) {
		case "MachineSeen":
		case "MachineLost":
		case "MachineApproved":
		case "MachineForgotten":
			return applyMachineEvent(fleet, event);
		case "PolicyApplied":
			return applyPolicy(fleet, event);
		case "PolicyRemoved":
			return removePolicy(fleet, event.policy);
		case "PackageLost":
		case "PackageRetryRequested":
			return forgetPackage(fleet, event.sha256, event.kind === "PackageLost" ? ["held"] : ["refused", "retrying"]);
		case "StepStarted":
			return applyStepStarted(fleet, event.step, event.at);
		case "StepFinished":
			return applyStepFinished(fleet, event.step, event.outcome, event.at);
		case "StepInterrupted":
			return applyStepInterrupted(fleet, event.step, event.at);
		case "Paused":
			return fleet.pause ? fleet : { ...fleet, pause: { by: event.by, reason: event.reason, at: event.at } };
		case "Resumed":
			return fleet.pause ? { ...fleet, pause: null } : fleet;
		case "RetryRequested":
			return applyRetry(fleet, event.machine, event.at);
		case "DeliveryChosen":
			return fleet;
	}
}

function applyPolicy(fleet: Fleet, event: Extract<Event, { kind: "PolicyApplied" }>): Fleet {
	const known = fleet.policies.get(event.policy.name);
	if (known?.policy.revision === event.policy.revision && known.source === event.source) return fleet;
	const isSameRevision = known?.policy.revision === event.policy.revision;
	const applied = {
		policy: event.policy,
		source: event.source,
		appliedAt: isSameRevision ? known.appliedAt : event.at,
	};
	return { ...fleet, policies: withEntry(fleet.policies, event.policy.name, applied) };
}

function removePolicy(fleet: Fleet, name: string): Fleet {
	if (!fleet.policies.has(name)) return fleet;
	return { ...fleet, policies: withoutEntry(fleet.policies, name), rollouts: withoutEntry(fleet.rollouts, name) };
}

function forgetPackage(fleet: Fleet, sha256: string, states: readonly string[]): Fleet {
	const state = fleet.packages.get(sha256);
	return state && states.includes(state.kind) ? { ...fleet, packages: withoutEntry(fleet.packages, sha256) } : fleet;
}
