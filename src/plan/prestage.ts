import type { Rollout } from "../model/fleet.ts";
import type { HeldReason } from "./held.ts";
import { countedMembers, type RingCount } from "./rings.ts";

/**
 * Why the ring's installs wait for deliveries, or null. Once one of its machines has been installed they wait no more,
 * so that a late one does not stop those in the middle.
 */
export function prestageBar(rollout: Rollout, count: RingCount): HeldReason | null {
	const threshold = rollout.policy.rollout.prestageThreshold;
	if (threshold === undefined || count.installed > 0) return null;
	const { holding, failed } = count;
	const counted = countedMembers(count) - failed;
	if (holding * 100 >= threshold * counted) return null;
	return { kind: "prestaging", ring: count.ring.name, holding, counted, threshold };
}
