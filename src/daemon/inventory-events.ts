import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import { groupsOf, type Inventory } from "../policy/parse-inventory.ts";

type Seen = Extract<Event, { kind: "MachineSeen" }>;

/** The events that bring the fleet to what the inventory says: its machines, and the groups of those found on the network. */
export function inventoryEvents(fleet: Fleet, inventory: Inventory, at: number): readonly Event[] {
	const listed = new Set(inventory.machines.map(({ name }) => name));
	const gone = [...fleet.machines.values()].filter(
		({ name, sources }) => !sources.includes("mdns") && !listed.has(name),
	);
	const regrouped = [...fleet.machines.values()].filter(
		({ name, sources }) => sources.includes("mdns") && !listed.has(name),
	);
	return [
		...gone.map(({ name }): Event => ({ kind: "MachineForgotten", machine: name, by: "inventory", at })),
		...inventory.machines.map(({ name, address, port, labels }): Seen => {
			return {
				kind: "MachineSeen",
				machine: name,
				address,
				port,
				source: "inventory",
				groups: groupsOf(name, inventory),
				labels,
				at,
			};
		}),
		...regrouped.map(({ name, address, port, labels }): Seen => {
			return {
				kind: "MachineSeen",
				machine: name,
				address,
				port,
				source: "mdns",
				groups: groupsOf(name, inventory),
				labels,
				at,
			};
		}),
	];
}

/** Groups are the administrator's word: what a machine announces of itself never puts it into one. */
export function withGroups(event: Event, inventory: Inventory): Event {
	return event.kind === "MachineSeen" ? { ...event, groups: groupsOf(event.machine, inventory) } : event;
}
