import type { MachineEvent } from "../model/event.ts";
import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine, Presence } from "../model/machine.ts";
import { withMachine } from "./clones.ts";
import { withoutEntry } from "./copy.ts";
import { reindexed } from "./identities.ts";
import { isNewIdentity, lookAtAnew } from "./new-identity.ts";
import { isMendedByHand } from "./outcome-class.ts";

type Seen = Extract<MachineEvent, { kind: "MachineSeen" }>;

/** Sightings, losses, approvals. A machine comes into being quarantined: `discovered` until it is approved. */
export function applyMachineEvent(fleet: Fleet, event: MachineEvent & { readonly at: number }): Fleet {
	const known = fleet.machines.get(event.machine);
	switch (event.kind) {
		case "MachineSeen":
			return put(fleet, known ? seenAgain(known, event) : firstSeen(event), event.at);
		case "MachineLost":
			return known?.presence.kind === "present"
				? put(fleet, { ...known, presence: { kind: "silent", at: event.at } }, event.at)
				: fleet;
		case "MachineApproved": {
			if (!known) return fleet;
			const trust = { kind: "approved" as const, hostKeys: event.hostKeys, by: event.by, at: event.at };
			if (!isNewIdentity(known.trust, event.hostKeys)) return put(fleet, { ...known, trust }, event.at);
			const { facts: _facts, factsFailure: _factsFailure, ...another } = known;
			return lookAtAnew(put(fleet, { ...another, trust }, event.at), known.name, event.at);
		}
		case "MachineForgotten":
			return known ? forget(fleet, event.machine) : fleet;
	}
}

function firstSeen(event: Seen & { readonly at: number }): Machine {
	return {
		name: event.machine,
		address: event.address,
		port: event.port,
		sources: [event.source],
		groups: event.groups,
		labels: event.labels,
		trust: { kind: "discovered" },
		presence: event.source === "mdns" ? { kind: "present", at: event.at } : { kind: "never_seen" },
	};
}

/** What the administrator wrote in the inventory outranks what the network says of itself. */
function seenAgain(known: Machine, event: Seen & { readonly at: number }): Machine {
	const isInventory = event.source === "inventory";
	const keepsPlace = !isInventory && known.sources.includes("inventory");
	return {
		...known,
		address: keepsPlace ? known.address : event.address,
		port: keepsPlace ? known.port : event.port,
		sources: known.sources.includes(event.source) ? known.sources : [...known.sources, event.source],
		groups: event.groups,
		labels: isInventory
			? { ...known.labels, ...event.labels }
			: { ...event.labels, ...(keepsPlace ? known.labels : {}) },
		presence: isInventory ? known.presence : heard(known.presence, event.at),
	};
}

/** An announcement brings a machine back at once, unless only a person can mend what keeps us out. */
function heard(presence: Presence, at: number): Presence {
	switch (presence.kind) {
		case "present":
			return presence;
		case "unreachable":
			return isMendedByHand(presence.failure.code) ? presence : { kind: "present", at, failures: presence.failures };
		default:
			return { kind: "present", at };
	}
}

function put(fleet: Fleet, next: Machine, at: number): Fleet {
	const known = fleet.machines.get(next.name);
	const isSame = known !== undefined && JSON.stringify(known) === JSON.stringify(next);
	return isSame ? fleet : withMachine(fleet, next, at);
}

/** Its slots are free again, too. */
function forgetIn(rollout: Rollout, machine: string): Rollout {
	const { progress, reboots, givenUp } = rollout;
	return {
		...rollout,
		progress: withoutEntry(progress, machine),
		reboots: withoutEntry(reboots, machine),
		givenUp: withoutEntry(givenUp, machine),
	};
}

function forget(fleet: Fleet, machine: string): Fleet {
	const rollouts = [...fleet.rollouts].map(([policy, rollout]) => [policy, forgetIn(rollout, machine)] as const);
	const identities = reindexed(fleet.identities, fleet.machines.get(machine), undefined);
	return { ...fleet, machines: withoutEntry(fleet.machines, machine), identities, rollouts: new Map(rollouts) };
}
