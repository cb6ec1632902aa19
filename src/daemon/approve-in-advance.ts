import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostKey, Machine } from "../model/machine.ts";
import type { Inventory } from "../policy/parse-inventory.ts";
import { hostKeyOf } from "../push/host-keys.ts";
import { isRevoked, type KnownHosts, keysFor } from "../push/known-hosts.ts";

export interface Vouchers {
	readonly inventory: Inventory;
	readonly knownHosts: KnownHosts;
}

/** Machines that nothing vouches for, by what was asked: after each event all are looked at, and hardly any has changed. */
const unvouched = new WeakMap<Vouchers, WeakSet<Machine>>();

/** Approvals that the inventory or the known_hosts file gives to machines nobody has approved yet; a pinned key is never changed. */
export function approvalsInAdvance(fleet: Fleet, vouchers: Vouchers, at: number): readonly Event[] {
	const none = unvouched.get(vouchers) ?? new WeakSet();
	unvouched.set(vouchers, none);
	return [...fleet.machines.values()].flatMap((machine): Event[] => {
		if (machine.trust.kind !== "discovered" || none.has(machine)) return [];
		const approval = approvalOf(machine, vouchers, at);
		if (!approval) none.add(machine);
		return approval ? [approval] : [];
	});
}

function approvalOf(machine: Machine, { inventory, knownHosts }: Vouchers, at: number): Event | null {
	const { name } = machine;
	const listed = inventoryKeys(inventory, name).filter((key) => !isRevoked(knownHosts, key));
	if (listed.length > 0) return { kind: "MachineApproved", machine: name, hostKeys: listed, by: "inventory", at };
	const known = knownHostsKeys(knownHosts, machine);
	return known.length > 0 ? { kind: "MachineApproved", machine: name, hostKeys: known, by: "known_hosts", at } : null;
}

function inventoryKeys({ machines }: Inventory, name: string): readonly HostKey[] {
	const lines =
		machines
			.find((machine) => machine.name === name)
			?.hostKeys?.trim()
			.split("\n") ?? [];
	return lines.flatMap((line) => {
		const blob = line.split(" ")[1];
		return blob === undefined ? [] : [hostKeyOf(Buffer.from(blob, "base64"))];
	});
}

/** By name first: an address is only where the network says that the machine is. */
function knownHostsKeys(knownHosts: KnownHosts, { name, address, port }: Machine): readonly HostKey[] {
	const byName = keysFor(knownHosts, name, port);
	return byName.length > 0 ? byName : keysFor(knownHosts, address, port);
}
