import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import { type Seat, seatOf } from "./seat.ts";
import { SharedMap } from "./shared-map.ts";

/** Seats by ring, as they were worked out for one state of a rollout. */
interface Seating {
	readonly rollout: Rollout;
	readonly rings: readonly Row[];
}

interface Row {
	readonly seats: readonly Seat[];
	/** Where each machine sits, by name. */
	readonly places: ReadonlyMap<string, number>;
}

/** A seat is a function of its rollout and machine: the last seating of each is kept, and only what has changed is worked out. */
const known = new WeakMap<Policy, Seating>();

/** The seats of the machines of each ring, in their order. */
export function seating(rollout: Rollout, rings: readonly (readonly Machine[])[]): readonly (readonly Seat[])[] {
	const before = known.get(rollout.policy);
	const isSame = before?.rollout.id === rollout.id && before.rollout.beganAt === rollout.beganAt;
	const changed = isSame ? changedNames(before.rollout, rollout) : null;
	const seated = rings.map((members, index) => {
		const row = isSame ? before.rings[index] : undefined;
		return row && row.seats.length === members.length
			? reseat(rollout, members, { row, changed })
			: seatAll(rollout, members, row);
	});
	known.set(rollout.policy, { rollout, rings: seated });
	return seated.map(({ seats }) => seats);
}

/** Whoever sat there before and has not changed keeps the seat. */
function seatAll(rollout: Rollout, members: readonly Machine[], row: Row | undefined): Row {
	const seats = members.map((machine) => {
		const seat = row?.seats[row.places.get(machine.name) ?? -1];
		return seat?.machine === machine && isCurrent(seat, rollout) ? seat : seatOf(rollout, machine);
	});
	return { seats, places: new Map(members.map(({ name }, index) => [name, index])) };
}

interface Known {
	readonly row: Row;
	/** Whose part in the rollout may have changed; null: anybody's. */
	readonly changed: ReadonlySet<string> | null;
}

function reseat(rollout: Rollout, members: readonly Machine[], { row, changed }: Known): Row {
	const seats = [...row.seats];
	let isMoved = false;
	members.forEach((machine, index) => {
		const seat = seats[index];
		if (seat?.machine === machine && (changed || isCurrent(seat, rollout))) return;
		if (seat?.machine.name !== machine.name) isMoved = true;
		seats[index] = seatOf(rollout, machine);
	});
	if (isMoved) return seatAll(rollout, members, row);
	for (const name of changed ?? []) {
		const index = row.places.get(name);
		const machine = index === undefined ? undefined : members[index];
		if (index !== undefined && machine) seats[index] = seatOf(rollout, machine);
	}
	return { seats, places: row.places };
}

function isCurrent({ machine: { name }, progress, reboot, givenUp }: Seat, rollout: Rollout): boolean {
	const isSame = progress === rollout.progress.get(name) && reboot === rollout.reboots.get(name);
	return isSame && givenUp === rollout.givenUp.get(name);
}

/** Machines whose part in the rollout may differ between the two; null: any may. */
function changedNames(before: Rollout, after: Rollout): ReadonlySet<string> | null {
	const names = new Set<string>();
	for (const [earlier, later] of [
		[before.progress, after.progress],
		[before.reboots, after.reboots],
		[before.givenUp, after.givenUp],
	] as const) {
		const some = changesBetween(earlier, later);
		if (some === null) return null;
		for (const name of some) names.add(name);
	}
	return names;
}

type Entries = ReadonlyMap<string, unknown>;

function changesBetween(earlier: Entries, later: Entries): Iterable<string> | null {
	if (earlier === later) return [];
	if (earlier instanceof SharedMap) return later instanceof SharedMap ? later.changesSince(earlier) : null;
	return later instanceof SharedMap ? null : [...earlier.keys(), ...later.keys()];
}
