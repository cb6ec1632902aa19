import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";

/**
 * From when on the machine waits for no window, ms since the epoch; null: never. One that came back after the deadline
 * has the grace period from its return.
 */
export function forcedAt({ deadline, gracePeriodMs }: Policy, { presence }: Machine): number | null {
	if (deadline === undefined) return null;
	const cameBackLate = presence.kind === "present" && presence.at > deadline;
	return cameBackLate ? presence.at + gracePeriodMs : deadline;
}
