import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy, Ring } from "../model/policy.ts";
import { type Roster, rostersOf } from "./roster.ts";
import { type Seat, standingAt } from "./seat.ts";
import { seating } from "./seating.ts";
import type { MachineStanding } from "./standing.ts";
import { stay } from "./stay.ts";

/** A ring's members as they are now, counted for its gate. */
export interface RingCount {
	readonly ring: Ring;
	readonly members: readonly Seat[];
	/** Where each member stands, by its index. */
	readonly standings: readonly MachineStanding[];
	readonly verified: number;
	readonly failed: number;
	/** Out of reach for good, quarantined or without room while there is something left to do: they hold nobody up. */
	readonly unreachable: number;
	/** Of those that a gate waits for and that have not failed: how many have every package that they need. */
	readonly holding: number;
	/** Not applicable, excluded, or given up: they have no part in it. */
	readonly leftOut: number;
}

/** The machines that a policy selects: in its rings, waiting for approval, taken by no ring, or undecided until their facts are read. */
export interface Membership extends Omit<Roster, "rings"> {
	readonly rings: readonly RingCount[];
	/** Selected, and not touched by the rollout that this one undoes. */
	readonly untouched: readonly Machine[];
}

/** Who is where now: membership follows the facts, it is not frozen. What nobody approved is no member: it may be anything. */
export function membership(
	fleet: Fleet,
	rollout: Rollout,
	now: number,
	rosters: ReadonlyMap<Policy, Roster> = rostersOf(fleet.machines, [rollout.policy]),
): Membership {
	const roster = rosters.get(rollout.policy);
	if (!roster) throw new Error(`${rollout.id}: no roster was made for its policy`);
	const { restores } = rollout;
	const here = (machines: readonly Machine[]) => machines.filter(({ name }) => restores?.machines.has(name));
	const { seats, stayed } = stay(fleet, rollout, seating(rollout, restores ? roster.rings.map(here) : roster.rings));
	const rings = rollout.policy.rollout.rings.map((ring, index) => countRing(ring, seats[index] ?? [], rollout, now));
	const { discovered } = roster;
	const others = (machines: readonly Machine[]) =>
		stayed.size === 0 ? machines : machines.filter(({ name }) => !stayed.has(name));
	const [strays, undecided] = [others(roster.strays), others(roster.undecided)];
	if (!restores) return { rings, discovered, strays, undecided, untouched: [] };
	const untouched = roster.rings.flat().filter(({ name }) => !restores.machines.has(name));
	return { rings, discovered: [], strays: [], undecided: [], untouched };
}

function countRing(ring: Ring, members: readonly Seat[], rollout: Rollout, now: number): RingCount {
	const standings = members.map((seat) => standingAt(rollout, seat, now));
	const counts = { verified: 0, failed: 0, unreachable: 0, leftOut: 0, holding: 0 };
	members.forEach((seat, index) => {
		switch (standings[index]) {
			case "verified":
				counts.verified += 1;
				counts.holding += 1;
				break;
			case "failed":
				counts.failed += 1;
				break;
			case "open":
				if (holdsNobodyUp(seat, now)) counts.unreachable += 1;
				else if (seat.isHolding) counts.holding += 1;
				break;
			default:
				counts.leftOut += 1;
		}
	});
	return { ring, members, standings, ...counts };
}

/** An open machine for which no ring waits, nor any deadline. */
export function holdsNobodyUp({ isOutOfReach, isFull, changingUntil }: Seat, now: number): boolean {
	return (isOutOfReach || isFull) && changingUntil <= now;
}

/** Members that a gate waits for: all but those that cannot take part. */
export function countedMembers({ members, unreachable, leftOut }: RingCount): number {
	return members.length - unreachable - leftOut;
}

/** Whether the ring has proven itself: enough of those that can be reached are verified, and at least one is. */
export function isRingProven(count: RingCount): boolean {
	return count.verified > 0 && count.verified * 100 >= count.ring.successThreshold * countedMembers(count);
}
