import type { Rollout } from "../model/fleet.ts";
import type { Gate } from "./gate.ts";
import type { HeldReason } from "./held.ts";
import { holdsNobodyUp, type RingCount } from "./rings.ts";
import type { Seat } from "./seat.ts";
import { timeZoneOf } from "./time-zone.ts";
import type { WindowState } from "./windows.ts";

/** Whether the ring at the gate has failed by standing still: why, and when it would. */
export function progressBar(
	rollout: Rollout,
	{
		gate,
		rings,
		windows,
		now,
	}: {
		readonly gate: Gate | null;
		readonly rings: readonly RingCount[];
		readonly windows: { readonly install: WindowState; readonly reboot: WindowState };
		readonly now: number;
	},
): { readonly reason: HeldReason | null; readonly wakeAt: number | null } {
	const deadlineMs = rollout.policy.rollout.progressDeadlineMs;
	const count = gate && rings[gate.index];
	const nothing = { reason: null, wakeAt: null };
	if (deadlineMs === undefined || !count) return nothing;
	const late = lateMembers(count, now);
	const window = late.some(({ next }) => next !== null) ? windows.install : windows.reboot;
	if (late.length === 0 || !window.isOpen) return nothing;
	const since = Math.max(lastProgress(rollout, rings), window.openedAt ?? 0, rollout.policy.availableAt ?? 0);
	if (now < since + deadlineMs) return { reason: null, wakeAt: since + deadlineMs };
	return {
		reason: { kind: "no_progress", ring: count.ring.name, since, deadlineMs, timeZone: timeZoneOf(rollout.policy) },
		wakeAt: null,
	};
}

/** Unreachable machines have not failed: only one that is in reach and open can be late, with an install or with its reboot alone. */
function lateMembers({ members, standings }: RingCount, now: number): readonly Seat[] {
	return members.filter((seat, index) => standings[index] === "open" && !holdsNobodyUp(seat, now));
}

/** The latest of: the rollout's beginning, a person's hand, a machine verified. */
function lastProgress(rollout: Rollout, rings: readonly RingCount[]): number {
	let last = Math.max(rollout.beganAt, rollout.steeredAt);
	for (const { members } of rings) for (const { verifiedAt } of members) last = Math.max(last, verifiedAt);
	return last;
}
