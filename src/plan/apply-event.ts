import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import { applyMachineEvent } from "./apply-machine-event.ts";
import { applyOperatorEvent, applyStart } from "./apply-operator-event.ts";
import { applyPolicyEvent } from "./apply-policy-event.ts";
import { applyStepFinished, applyStepInterrupted, applyStepStarted } from "./apply-step-event.ts";

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
		case "PolicyRemoved":
		case "PackageLost":
			return applyPolicyEvent(fleet, event);
		case "StepStarted":
			return applyStepStarted(fleet, event.step, event.at);
		case "StepFinished":
			return applyStepFinished(fleet, event.step, event.outcome, event.at);
		case "StepInterrupted":
			return applyStepInterrupted(fleet, event.step, event.at);
		case "DeliveryChosen":
		case "MachineCleaned":
		case "TokenMade":
		case "TokenRevoked":
		case "LoggedIn":
		case "OrderRefused":
		case "Reloaded":
			return fleet;
		case "DaemonStarted":
			return applyStart(fleet, event.at);
		default:
			return applyOperatorEvent(fleet, event);
	}
}
