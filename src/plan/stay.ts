import type { Fleet, Rollout } from "../model/fleet.ts";
import { type Seat, seatOf } from "./seat.ts";

type Rows = readonly (readonly Seat[])[];

/**
 * What was begun is finished where it was begun: a machine on which the rollout has run an installer stays in its ring until the
 * rollout is over, also when a label has changed since, as by what was installed, and the policy would put it elsewhere or
 * select it no longer: no failure leaves the count in this way. `stayed`: those that no row had.
 */
export function stay(
	fleet: Fleet,
	rollout: Rollout,
	rows: Rows,
): { readonly seats: Rows; readonly stayed: ReadonlySet<string> } {
	const rings = rollout.policy.rollout.rings.map(({ name }) => name);
	const isElsewhere = ({ ring }: Seat, index: number) => ring !== undefined && ring !== rings[index];
	let [begun, isMoved] = [0, false];
	for (const [index, row] of rows.entries())
		for (const seat of row) {
			if (seat.progress) begun += 1;
			if (isElsewhere(seat, index)) isMoved = true;
		}
	if (!isMoved && begun === rollout.progress.size) return { seats: rows, stayed: new Set() };
	const left = leftBehind(fleet, rollout, rows);
	const moved = [...rows.flatMap((row, index) => row.filter((seat) => isElsewhere(seat, index))), ...left];
	const seats = rings.map((ring, index) => [
		...(rows[index] ?? []).filter((seat) => !isElsewhere(seat, index)),
		...moved.filter((seat) => seat.ring === ring),
	]);
	return { seats, stayed: new Set(left.map(({ machine }) => machine.name)) };
}

function leftBehind(fleet: Fleet, rollout: Rollout, rows: Rows): readonly Seat[] {
	const here = new Set(rows.flatMap((row) => row.map(({ machine }) => machine.name)));
	return [...rollout.progress.keys()].flatMap((name) => {
		const machine = here.has(name) ? undefined : fleet.machines.get(name);
		if (!machine || machine.trust.kind === "discovered") return [];
		const seat = seatOf(rollout, machine);
		return seat.ring === undefined ? [] : [seat];
	});
}
