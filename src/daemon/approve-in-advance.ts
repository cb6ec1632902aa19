import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import { type KnownHosts, keysFor } from "../push/known-hosts.ts";

/** Approvals that the known_hosts file gives to machines nobody has approved yet; it never changes a pinned key. */
export function approvalsInAdvance(fleet: Fleet, knownHosts: KnownHosts, at: number): readonly Event[] {
	return [...fleet.machines.values()].flatMap(({ name, address, port, trust }): Event[] => {
		if (trust.kind !== "discovered") return [];
		const byName = keysFor(knownHosts, name, port);
		const hostKeys = byName.length > 0 ? byName : keysFor(knownHosts, address, port);
		return hostKeys.length > 0 ? [{ kind: "MachineApproved", machine: name, hostKeys, by: "known_hosts", at }] : [];
	});
}
