import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Ring } from "../model/policy.ts";
import { type Counts, isElsewhere } from "./row-count.ts";
import { type Seat, seatOf } from "./seat.ts";
import { type Row, rowOf, seatsOf } from "./seating.ts";

interface Counted extends Counts {
	readonly ring: Ring;
	readonly row: Row;
}

interface Stayed {
	readonly rows: readonly Row[];
	/** Those that no ring had; null: everybody is where the policy puts it, and no row has changed. */
	readonly stayed: ReadonlySet<string> | null;
}

/**
 * What was begun is finished where it was begun: a machine on which the rollout has run an installer stays in its ring until the
 * rollout is over, also when a label has changed since, as by what was installed, and the policy would put it elsewhere or
 * select it no longer: no failure leaves the count in this way.
 */
export function stay(fleet: Fleet, rollout: Rollout, rings: readonly Counted[]): Stayed {
	const begun = rings.reduce((sum, count) => sum + count.begun, 0);
	const isMoved = rings.some(({ elsewhere }) => elsewhere > 0);
	if (!isMoved && begun === rollout.progress.size) return { rows: [], stayed: null };
	const left = leftBehind(fleet, rollout, rings);
	const moved = [...rings.flatMap(movedFrom), ...left];
	const rows = rings.map(({ ring: { name }, row, elsewhere }): Row => {
		const stayers = elsewhere === 0 ? row : withoutMoved(row, name);
		const joined = moved.filter(({ ring }) => ring === name);
		return joined.length === 0 ? stayers : { ...stayers, parts: [...stayers.parts, rowOf(joined)] };
	});
	return { rows, stayed: new Set(left.map(({ machine }) => machine.name)) };
}

function movedFrom({ ring, row, elsewhere }: Counted): readonly Seat[] {
	return elsewhere === 0 ? [] : seatsOf(row).filter((seat) => isElsewhere(seat, ring.name));
}

/** Parts in which everybody stays are the very same. */
function withoutMoved(row: Row, ring: string): Row {
	if (!seatsOf(row).some((seat) => isElsewhere(seat, ring))) return row;
	if (row.parts.length === 0) return rowOf(row.seats.filter((seat) => !isElsewhere(seat, ring)));
	return { ...row, parts: row.parts.map((part) => part && withoutMoved(part, ring)) };
}

function leftBehind(fleet: Fleet, rollout: Rollout, rings: readonly Counted[]): readonly Seat[] {
	const here = new Set<string>();
	for (const { row } of rings) for (const { machine } of seatsOf(row)) here.add(machine.name);
	return [...rollout.progress.keys()].flatMap((name) => {
		const machine = here.has(name) ? undefined : fleet.machines.get(name);
		if (!machine || machine.trust.kind === "discovered") return [];
		const seat = seatOf(rollout, machine);
		return seat.ring === undefined ? [] : [seat];
	});
}
