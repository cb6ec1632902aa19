import type { Rollout } from "../model/fleet.ts";
import type { HeldReason } from "./held.ts";
import { countedMembers, type RingCount } from "./rings.ts";

/**
 * Why the ring's installs wait for deliveries, or null. Once one of its machines has been installed they wait no more,
 * so that a late one does not stop those in the middle.
 */
export function prestageBar(rollout: Rollout, count: RingCount): HeldReason | null {
	const threshold = rollout.policy.rollout.prestageThreshold;
	if (threshold === undefined || count.members.some((seat) => seat.wasInstalled)) return null;
	const counted = countedMembers(count) - count.failed;
	let holding = 0;
	for (const { isHolding } of count.members) if (isHolding) holding += 1;
	if (holding * 100 >= threshold * counted) return null;
	return { kind: "prestaging", ring: count.ring.name, holding, counted, threshold };
}
