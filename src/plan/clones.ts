import type { Fleet } from "../model/fleet.ts";
import type { Clones, Machine } from "../model/machine.ts";
import { withEntry } from "./copy.ts";
import { identitiesIn, reindexed } from "./identities.ts";

/** The fleet with the machine as it is now. Machines that have an identity in common are quarantined, each naming the others. */
export function withMachine(fleet: Fleet, machine: Machine, at: number): Fleet {
	const before = fleet.machines.get(machine.name);
	const next = put(fleet, machine);
	if (machine.trust.kind !== "approved") return next;
	const wasApproved = before?.trust.kind === "approved";
	if (next.identities === fleet.identities && wasApproved) return next;
	const old = wasApproved ? identitiesIn(before) : [];
	const shared = identitiesIn(machine).find((each) => !old.includes(each) && twinsIn(next, each).length > 1);
	return shared === undefined ? next : quarantined(next, shared, at);
}

function twinsIn({ identities }: Fleet, identity: string): readonly string[] {
	return identities.get(identity) ?? [];
}

function put(fleet: Fleet, machine: Machine): Fleet {
	const { name } = machine;
	const identities = reindexed(fleet.identities, fleet.machines.get(name), machine);
	return { ...fleet, machines: withEntry(fleet.machines, name, machine), identities };
}

/** What they said they are goes: once they are approved again, each is asked anew. */
function quarantined(fleet: Fleet, identity: string, at: number): Fleet {
	const names = twinsIn(fleet, identity);
	const by: Clones["by"] = identity.startsWith("host_key ") ? "host_key" : "machine_id";
	let next = fleet;
	for (const name of names) {
		const machine = fleet.machines.get(name);
		if (!machine || machine.trust.kind === "discovered") continue;
		const { facts: _facts, ...kept } = machine;
		const clones = { by, names: names.filter((each) => each !== name) };
		const { hostKeys } = machine.trust;
		next = put(next, { ...kept, trust: { kind: "quarantined", hostKeys, clones, at } });
	}
	return next;
}
