import type { Rollout } from "../model/fleet.ts";
import type { Ring } from "../model/policy.ts";
import type { LedgerStep } from "../model/step.ts";
import type { HeldReason } from "./held.ts";
import { countedMembers, isRingProven, type RingCount } from "./rings.ts";
import type { Seat } from "./seat.ts";
import type { Row } from "./seating.ts";
import { timeZoneOf } from "./time-zone.ts";

/** The first ring that has not let the next one start: what it waits for, and what is to be done about it. */
export interface Gate {
	readonly ring: Ring;
	readonly index: number;
	/** Why the rings behind it wait. */
	readonly reason: HeldReason;
	/** An act of record that moves it on: the soak begins, or the next ring may start. */
	readonly step: LedgerStep | null;
	/** Verified members are looked at again when that was last done before this time, ms; 0: they are not. */
	readonly recheckBefore: number;
	/** When it moves on by time alone. */
	readonly wakeAt: number | null;
}

/** null: every ring has let the next one start. */
export function gateOf(rollout: Rollout, rings: readonly RingCount[], now: number): Gate | null {
	const index = rings.findIndex(({ ring }) => !rollout.promotedRings.has(ring.name));
	const count = rings[index];
	if (!count) return null;
	return { ring: count.ring, index, ...stateOf(rollout, count, { now, isLast: index === rings.length - 1 }) };
}

type State = Pick<Gate, "reason" | "step" | "recheckBefore" | "wakeAt">;

function stateOf(rollout: Rollout, count: RingCount, { now, isLast }: { now: number; isLast: boolean }): State {
	const { ring } = count;
	const { name, minHealthyTimeMs } = ring;
	const timeZone = timeZoneOf(rollout.policy);
	const nothing = { step: null, recheckBefore: 0, wakeAt: null };
	if (!isRingProven(count)) return { ...nothing, reason: ringWaiting(count) };
	const soakedSince = rollout.soaks.get(name);
	if (minHealthyTimeMs > 0 && soakedSince === undefined) {
		const reason = { kind: "soaking" as const, ring: name, until: now + minHealthyTimeMs, timeZone };
		return { ...nothing, reason, step: { kind: "soak", rollout: rollout.id, ring: name } };
	}
	const until = minHealthyTimeMs === 0 ? 0 : (soakedSince ?? now) + minHealthyTimeMs;
	if (now < until) return { ...nothing, reason: { kind: "soaking", ring: name, until, timeZone }, wakeAt: until };
	const fresh = freshlyVerified(count, until);
	if (fresh.verified === 0 || fresh.verified * 100 < ring.successThreshold * fresh.counted) {
		const reason = { kind: "rechecking" as const, ring: name, ...fresh, threshold: ring.successThreshold };
		return { ...nothing, reason, recheckBefore: until };
	}
	if (ring.promote === "manual" && !isLast && !rollout.promotions.has(name))
		return { ...nothing, reason: { kind: "promotion_pending", ring: name } };
	return { ...nothing, reason: ringWaiting(count), step: { kind: "promote", rollout: rollout.id, ring: name } };
}

/** Of those that can be looked at: how many were, since the soak's end, and hold. */
function freshlyVerified(count: RingCount, since: number) {
	if (since === 0) return { verified: count.verified, counted: countedMembers(count) };
	const { verified, away } = freshIn(count.row, since);
	return { verified, counted: countedMembers(count) - away };
}

interface Fresh {
	readonly since: number;
	readonly verified: number;
	/** Verified before, and not to be looked at now. */
	readonly away: number;
}

/** A row never changes. */
const known = new WeakMap<Row, Fresh>();

function freshIn(row: Row, since: number): Fresh {
	const kept = known.get(row);
	if (kept?.since === since) return kept;
	let [verified, away] = [0, 0];
	for (const part of row.parts) {
		if (!part) continue;
		const of = freshIn(part, since);
		verified += of.verified;
		away += of.away;
	}
	for (const seat of row.seats) {
		if (seat.standing !== "verified") continue;
		if (isVerifiedSince(seat, since)) verified += 1;
		else if (seat.isOutOfReach) away += 1;
	}
	const fresh = { since, verified, away };
	known.set(row, fresh);
	return fresh;
}

function isVerifiedSince({ applicable }: Seat, since: number): boolean {
	return applicable.every(({ task }) => task.at >= since);
}

function ringWaiting(count: RingCount): HeldReason {
	const { ring, members, verified, failed } = count;
	const counts = { members, verified, failed, counted: countedMembers(count) };
	return { kind: "ring_waiting", ring: ring.name, ...counts, threshold: ring.successThreshold };
}
