import type { Rollout } from "../model/fleet.ts";
import type { Gate } from "./gate.ts";
import type { HeldReason } from "./held.ts";
import type { RingCount } from "./rings.ts";
import { timeZoneOf } from "./time-zone.ts";
import type { WindowState, Windows } from "./windows.ts";

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
		readonly windows: Windows;
		readonly now: number;
	},
): { readonly reason: HeldReason | null; readonly wakeAt: number | null } {
	const deadlineMs = rollout.policy.rollout.progressDeadlineMs;
	const count = gate && rings[gate.index];
	const nothing = { reason: null, wakeAt: null };
	if (deadlineMs === undefined || !count) return nothing;
	const late = lateSince(count, windows);
	if (late === null) return nothing;
	const since = Math.max(lastProgress(rollout, rings), rollout.policy.availableAt ?? 0, late);
	if (now < since + deadlineMs) return { reason: null, wakeAt: since + deadlineMs };
	return {
		reason: { kind: "no_progress", ring: count.ring.name, since, deadlineMs, timeZone: timeZoneOf(rollout.policy) },
		wakeAt: null,
	};
}

/** Since when the first of those that may go on might have done so, ms since the epoch; null: none may. Unreachable machines have not failed. */
function lateSince({ thereForInstall, thereForReboot }: RingCount, { install, reboot }: Windows): number | null {
	const first = Math.min(lateIn(install, thereForInstall), lateIn(reboot, thereForReboot));
	return Number.isFinite(first) ? first : null;
}

function lateIn(window: WindowState, there: number): number {
	return window.isOpen ? Math.max(window.openedAt ?? 0, there) : Number.POSITIVE_INFINITY;
}

/** The latest of: the rollout's beginning, a person's hand, a machine verified, a reboot begun or proven. */
function lastProgress(rollout: Rollout, rings: readonly RingCount[]): number {
	return Math.max(rollout.beganAt, rollout.steeredAt, ...rings.map(({ movedAt }) => movedAt));
}
