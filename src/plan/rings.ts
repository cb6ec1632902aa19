import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy, Ring } from "../model/policy.ts";
import { isChanging } from "./changing.ts";
import { isOutOfReach } from "./contact.ts";
import { selects } from "./selection.ts";
import { stablePercentile } from "./stable-hash.ts";
import { taskOf } from "./task.ts";

export type MachineProgress = "verified" | "failed" | "open";

/** A ring's members as they are now, counted for its gate. */
export interface RingCount {
	readonly ring: Ring;
	readonly members: readonly Machine[];
	readonly verified: number;
	readonly failed: number;
	/** Neither verified nor failed, and out of reach for good or quarantined: they hold nobody up. */
	readonly unreachable: number;
}

/** The machines that a policy selects: in its rings, waiting for approval, or taken by no ring. */
export interface Membership {
	readonly rings: readonly RingCount[];
	readonly discovered: readonly Machine[];
	readonly strays: readonly Machine[];
}

/** The first ring that takes the machine, or null. Shares are laid end to end over a stable hash of (machine, policy). */
export function ringOf(policy: Policy, machine: Machine): Ring | null {
	const percentile = stablePercentile(policy.name, machine.name);
	let shareEnd = 0;
	for (const ring of policy.rollout.rings) {
		if (ring.members.kind === "percentage") shareEnd += ring.members.percentage;
		if (takes(ring, machine, percentile < shareEnd)) return ring;
	}
	return null;
}

function takes(ring: Ring, machine: Machine, isInShare: boolean): boolean {
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
	const { policy } = rollout;
	const members = new Map<Ring, Machine[]>(policy.rollout.rings.map((ring) => [ring, []]));
	const discovered: Machine[] = [];
	const strays: Machine[] = [];
	for (const machine of fleet.machines.values()) {
		if (!selects(policy.targets, machine)) continue;
		if (machine.trust.kind === "discovered") discovered.push(machine);
		else memberList(members, ringOf(policy, machine), strays).push(machine);
	}
	return { rings: [...members].map(([ring, machines]) => countRing(ring, machines, rollout, now)), discovered, strays };
}

function memberList(members: ReadonlyMap<Ring, Machine[]>, ring: Ring | null, strays: Machine[]): Machine[] {
	return (ring && members.get(ring)) ?? strays;
}

function countRing(ring: Ring, members: readonly Machine[], rollout: Rollout, now: number): RingCount {
	const progress = members.map((machine) => machineProgress(rollout, machine.name));
	const unreachable = members.filter(
		(machine, index) => progress[index] === "open" && isOutOfReach(machine) && !isChanging(rollout, machine.name, now),
	);
	return {
		ring,
		members,
		verified: progress.filter((each) => each === "verified").length,
		failed: progress.filter((each) => each === "failed").length,
		unreachable: unreachable.length,
	};
}

export function machineProgress(rollout: Rollout, machine: string): MachineProgress {
	const phases = rollout.policy.packages.map(({ name }) => taskOf(rollout, machine, name).phase);
	if (phases.includes("failed")) return "failed";
	return phases.every((phase) => phase === "verified") ? "verified" : "open";
}

/** Whether the ring has proven itself: enough of those that can be reached are verified, and at least one is. */
export function isRingProven({ ring, members, verified, unreachable }: RingCount): boolean {
	const counted = members.length - unreachable;
	return verified > 0 && verified * 100 >= ring.successThreshold * counted;
}
