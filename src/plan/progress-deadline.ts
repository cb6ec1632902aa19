import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Gate } from "./gate.ts";
import type { HeldReason } from "./held.ts";
import { holdsNobodyUp, type RingCount } from "./rings.ts";
import type { Seat } from "./seat.ts";
import { timeZoneOf } from "./time-zone.ts";
import type { WindowState } from "./windows.ts";

interface Windows {
	readonly install: WindowState;
	readonly reboot: WindowState;
}

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
	const late = lateSince(count, windows, now);
	if (late === null) return nothing;
	const since = Math.max(lastProgress(rollout, rings), rollout.policy.availableAt ?? 0, late);
	if (now < since + deadlineMs) return { reason: null, wakeAt: since + deadlineMs };
	return {
		reason: { kind: "no_progress", ring: count.ring.name, since, deadlineMs, timeZone: timeZoneOf(rollout.policy) },
		wakeAt: null,
	};
}

/** Since when the first of those that may go on might have done so, ms since the epoch; null: none may. Unreachable machines have not failed. */
function lateSince({ members, standings }: RingCount, windows: Windows, now: number): number | null {
	let first: number | null = null;
	for (const [index, seat] of members.entries()) {
		if (standings[index] !== "open" || holdsNobodyUp(seat, now)) continue;
		const window = waitsForReboot(seat) ? windows.reboot : windows.install;
		if (!window.isOpen) continue;
		const since = Math.max(window.openedAt ?? 0, thereSince(seat.machine));
		first = Math.min(first ?? since, since);
	}
	return first;
}

function waitsForReboot({ reboot, next }: Seat): boolean {
	return next === null || (reboot?.phase === "due" && reboot.isUrgent);
}

/** Whoever came back, or was approved, late is not late before the deadline has passed from then on. */
function thereSince({ presence, trust }: Machine): number {
	const approvedAt = trust.kind === "approved" ? trust.at : 0;
	const metAt = presence.kind === "present" ? presence.at : presence.kind === "unreachable" ? presence.since : 0;
	return Math.max(approvedAt, metAt);
}

/** The latest of: the rollout's beginning, a person's hand, a machine verified, a reboot begun or proven. */
function lastProgress(rollout: Rollout, rings: readonly RingCount[]): number {
	let last = Math.max(rollout.beganAt, rollout.steeredAt);
	for (const { members } of rings)
		for (const { verifiedAt, reboot } of members) {
			const isMoving = reboot?.phase === "running" || reboot?.phase === "done";
			last = Math.max(last, verifiedAt, isMoving ? reboot.at : 0);
		}
	return last;
}
