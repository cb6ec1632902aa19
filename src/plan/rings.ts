import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy, Ring } from "../model/policy.ts";
import { isChanging } from "./changing.ts";
import { isOutOfReach } from "./contact.ts";
import { selects } from "./selection.ts";
import { stablePercentile } from "./stable-hash.ts";
import { machineStanding } from "./standing.ts";

/** A ring's members as they are now, counted for its gate. */
export interface RingCount {
	readonly ring: Ring;
	readonly members: readonly Machine[];
	readonly verified: number;
	readonly failed: number;
	/** Out of reach for good or quarantined while there is something left to do: they hold nobody up. */
	readonly unreachable: number;
	/** Not applicable, excluded, or given up: they have no part in it. */
	readonly leftOut: number;
}

/** The machines that a policy selects: in its rings, waiting for approval, taken by no ring, or undecided until their facts are read. */
export interface Membership {
	readonly rings: readonly RingCount[];
	readonly discovered: readonly Machine[];
	readonly strays: readonly Machine[];
	readonly undecided: readonly Machine[];
}

type Place = Ring | "discovered" | "stray" | "undecided" | "not_selected";

/** Where the policy puts the machine, whatever has been done so far. Shares are laid end to end over a stable hash of (machine, policy). */
function placeOf(policy: Policy, machine: Machine): Place {
	const isSelected = selects(policy.targets, machine);
	if (isSelected === false) return "not_selected";
	if (machine.trust.kind === "discovered") return isSelected === true ? "discovered" : "not_selected";
	return isSelected === "unknown" ? "undecided" : (ringOrUnknown(policy, machine) ?? "stray");
}

/** The first ring that takes the machine, or null; also while that depends on facts that nobody has read. */
export function ringOf(policy: Policy, machine: Machine): Ring | null {
	const ring = ringOrUnknown(policy, machine);
	return ring === "undecided" ? null : ring;
}

function ringOrUnknown(policy: Policy, machine: Machine): Ring | "undecided" | null {
	const percentile = stablePercentile(policy.name, machine.name);
	let shareEnd = 0;
	for (const ring of policy.rollout.rings) {
		if (ring.members.kind === "percentage") shareEnd += ring.members.percentage;
		const isTaken = takes(ring, machine, percentile < shareEnd);
		if (isTaken === "unknown") return "undecided";
		if (isTaken) return ring;
	}
	return null;
}

function takes(ring: Ring, machine: Machine, isInShare: boolean): boolean | "unknown" {
	switch (ring.members.kind) {
		case "targets":
			return selects(ring.members.targets, machine);
		case "percentage":
			return isInShare;
		case "rest":
			return true;
	}
}

/** Who is where now: membership follows the facts, it is not frozen. What nobody approved is no member: it may be anything. */
export function membership(fleet: Fleet, rollout: Rollout, now: number): Membership {
	const { policy, restores } = rollout;
	const members = new Map<Ring, Machine[]>(policy.rollout.rings.map((ring) => [ring, []]));
	const others = { discovered: [] as Machine[], stray: [] as Machine[], undecided: [] as Machine[] };
	for (const machine of fleet.machines.values()) {
		if (restores && !restores.machines.has(machine.name)) continue;
		const place = placeOf(policy, machine);
		if (place === "not_selected") continue;
		if (typeof place === "string") others[place].push(machine);
		else members.get(place)?.push(machine);
	}
	const rings = [...members].map(([ring, machines]) => countRing(ring, machines, rollout, now));
	return { rings, discovered: others.discovered, strays: others.stray, undecided: others.undecided };
}

function countRing(ring: Ring, members: readonly Machine[], rollout: Rollout, now: number): RingCount {
	const counts = { verified: 0, failed: 0, unreachable: 0, leftOut: 0 };
	for (const machine of members) {
		switch (machineStanding(rollout, machine, now)) {
			case "verified":
				counts.verified += 1;
				break;
			case "failed":
				counts.failed += 1;
				break;
			case "open":
				if (isOutOfReach(machine) && !isChanging(rollout, machine.name, now)) counts.unreachable += 1;
				break;
			default:
				counts.leftOut += 1;
		}
	}
	return { ring, members, ...counts };
}

/** Members that a gate waits for: all but those that cannot take part. */
export function countedMembers({ members, unreachable, leftOut }: RingCount): number {
	return members.length - unreachable - leftOut;
}

/** Whether the ring has proven itself: enough of those that can be reached are verified, and at least one is. */
export function isRingProven(count: RingCount): boolean {
	return count.verified > 0 && count.verified * 100 >= count.ring.successThreshold * countedMembers(count);
}
