import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Ring } from "../model/policy.ts";
import { rostersOf } from "./roster.ts";
import { type Counts, countRow } from "./row-count.ts";
import { type Row, rowOf, seating } from "./seating.ts";
import { stay } from "./stay.ts";
import { machinesIn } from "./stretch.ts";

/** A ring's members as they are now, counted for its gate. */
export interface RingCount extends Counts {
	readonly ring: Ring;
	readonly row: Row;
}

/** The machines that a policy selects: in its rings, waiting for approval, taken by no ring, or undecided until their facts are read. */
export interface Membership {
	readonly rings: readonly RingCount[];
	readonly discovered: readonly Machine[];
	readonly strays: readonly Machine[];
	readonly undecided: readonly Machine[];
	/** Selected, and not touched by the rollout that this one undoes. */
	readonly untouched: readonly Machine[];
	/** Everybody's place in the fleet's order, by name. */
	readonly ranks: ReadonlyMap<string, number>;
}

/** Who is where now: membership follows the facts, it is not frozen. What nobody approved is no member: it may be anything. */
export function membership(
	fleet: Fleet,
	rollout: Rollout,
	now: number,
	rosters = rostersOf(fleet.machines, [rollout.policy]),
): Membership {
	const roster = rosters.get(rollout.policy);
	if (!roster) throw new Error(`${rollout.id}: no roster was made for its policy`);
	const { restores } = rollout;
	const seated = countRings(rollout, seating(rollout, roster), now);
	const { rows, stayed } = stay(fleet, rollout, seated);
	const rings = stayed ? countRings(rollout, rows, now) : seated;
	const { ranks } = roster;
	if (restores) {
		const untouched = roster.rings.flatMap(machinesIn).filter(({ name }) => !restores.machines.has(name));
		return { rings, discovered: [], strays: [], undecided: [], untouched, ranks };
	}
	const others = (machines: readonly Machine[]) =>
		stayed ? machines.filter(({ name }) => !stayed.has(name)) : machines;
	const [strays, undecided] = [others(machinesIn(roster.strays)), others(machinesIn(roster.undecided))];
	return { rings, discovered: machinesIn(roster.discovered), strays, undecided, untouched: [], ranks };
}

function countRings(rollout: Rollout, rows: readonly Row[], now: number): readonly RingCount[] {
	return rollout.policy.rollout.rings.map((ring, index) => {
		const row = rows[index] ?? rowOf([]);
		return { ring, row, ...countRow(rollout, row, { ring: ring.name, now }) };
	});
}

/** Members that a gate waits for: all but those that cannot take part. */
export function countedMembers({ members, unreachable, leftOut }: Counts): number {
	return members - unreachable - leftOut;
}

/** Whether the ring has proven itself: enough of those that can be reached are verified, and at least one is. */
export function isRingProven(count: RingCount): boolean {
	return count.verified > 0 && count.verified * 100 >= count.ring.successThreshold * countedMembers(count);
}
