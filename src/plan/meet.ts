import type { Outcome } from "../model/event.ts";
import type { MachineFacts } from "../model/facts.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { withMachine } from "./clones.ts";
import { failedConnections } from "./contact.ts";
import { isLossOfContact } from "./outcome-class.ts";

/** What the step taught about the machine and about reaching it, whatever came of its work. */
export function meet(fleet: Fleet, name: string, outcome: Outcome, at: number): Fleet {
	const machine = fleet.machines.get(name);
	if (!machine) return fleet;
	const met = afterMeeting(machine, outcome, at);
	const facts = factsIn(outcome);
	const next = facts ? withFacts(met, facts, at) : met;
	return next === machine ? fleet : withMachine(fleet, next, at);
}

function factsIn(outcome: Outcome): MachineFacts | undefined {
	return outcome.kind === "inspected" || outcome.kind === "facts_read" ? outcome.machine : undefined;
}

function withFacts(machine: Machine, facts: MachineFacts, at: number): Machine {
	const { factsFailure: _factsFailure, ...kept } = machine;
	return { ...kept, facts: { ...facts, at } };
}

function afterMeeting(machine: Machine, outcome: Outcome, at: number): Machine {
	if (outcome.kind !== "failed" || !isLossOfContact(outcome.failure.code))
		return isSoundlyPresent(machine) ? machine : { ...machine, presence: { kind: "present", at } };
	const { failure, sawHostKey } = outcome;
	if (failure.code === "FS-SSH-HOSTKEY" && sawHostKey && machine.trust.kind === "approved") {
		const { hostKeys } = machine.trust;
		return { ...machine, trust: { kind: "quarantined", hostKeys, saw: sawHostKey, at } };
	}
	const failures = failedConnections(machine) + 1;
	const since = machine.presence.kind === "unreachable" ? machine.presence.since : at;
	return { ...machine, presence: { kind: "unreachable", failure, failures, at, since } };
}

function isSoundlyPresent(machine: Machine): boolean {
	return machine.presence.kind === "present" && failedConnections(machine) === 0;
}
