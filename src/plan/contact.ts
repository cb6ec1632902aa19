import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";

/** One lost connection is a flaw in the network, not an absence: a gate must not open on it. */
const ABSENT_AFTER_FAILURES = 3;

/** Connections that failed in a row, also when the machine has announced itself since. */
export function failedConnections({ presence }: Machine): number {
	return presence.kind === "unreachable" || presence.kind === "present" ? (presence.failures ?? 0) : 0;
}

/** Whether a ring's gate leaves the machine out of the count. */
export function isOutOfReach(machine: Machine): boolean {
	const { trust, presence } = machine;
	const isAbsent = presence.kind === "silent" || failedConnections(machine) >= ABSENT_AFTER_FAILURES;
	return trust.kind === "quarantined" || isAbsent;
}

/** When the policy gives the machine up if it stays away, ms since the epoch; null: it is not away. */
export function givesUpAt({ policy, beganAt }: Rollout, { trust, presence }: Machine): number | null {
	if (trust.kind !== "approved" || presence.kind === "present") return null;
	const left = presence.kind === "silent" ? presence.at : presence.kind === "unreachable" ? presence.since : 0;
	return Math.max(left, beganAt) + policy.offline.giveUpAfterMs;
}
