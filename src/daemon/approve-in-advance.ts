import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostKey, Machine } from "../model/machine.ts";
import { type Inventory, listedAs } from "../policy/parse-inventory.ts";
import { hostKeyOf } from "../push/host-keys.ts";
import { isRevoked, type KnownHosts, keysFor } from "../push/known-hosts.ts";

export interface Vouchers {
	readonly inventory: Inventory;
	readonly knownHosts: KnownHosts;
}

/** Hashed lines that are tried in one go: a tenth of a second, in which nothing else goes on. */
const AT_ONCE = 30_000;

export interface Vouched {
	readonly approvals: readonly Event[];
	/** Not all machines were looked at: it is to be asked again, a little later. */
	readonly isPartial: boolean;
}

/** Machines that nothing vouches for, by what was asked: after each event all are looked at, and hardly any has changed. */
const unvouched = new WeakMap<Vouchers, WeakSet<Machine>>();

/** Approvals that the inventory or the known_hosts file gives to machines nobody has approved yet; a pinned key is never changed. */
export function approvalsInAdvance(fleet: Fleet, vouchers: Vouchers, at: number): Vouched {
	const none = unvouched.get(vouchers) ?? new WeakSet();
	unvouched.set(vouchers, none);
	const approvals: Event[] = [];
	let tried = 0;
	for (const machine of fleet.machines.values()) {
		if (machine.trust.kind !== "discovered" || none.has(machine)) continue;
		if (tried >= AT_ONCE) return { approvals, isPartial: true };
		const approval = approvalOf(machine, vouchers, at);
		if (approval) approvals.push(approval);
		else none.add(machine);
		tried += vouchers.knownHosts.hashed.length;
	}
	return { approvals, isPartial: false };
}

function approvalOf(machine: Machine, { inventory, knownHosts }: Vouchers, at: number): Event | null {
	const { name } = machine;
	const listed = inventoryKeys(inventory, name).filter((key) => !isRevoked(knownHosts, key));
	if (listed.length > 0) return { kind: "MachineApproved", machine: name, hostKeys: listed, by: "inventory", at };
	const known = knownHostsKeys(knownHosts, machine);
	return known.length > 0 ? { kind: "MachineApproved", machine: name, hostKeys: known, by: "known_hosts", at } : null;
}

function inventoryKeys(inventory: Inventory, name: string): readonly HostKey[] {
	const lines = listedAs(name, inventory)?.hostKeys?.trim().split("\n") ?? [];
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
