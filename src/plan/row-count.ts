import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { isUrgentlyDue, type Seat, standingAt, turnsAt } from "./seat.ts";
import type { Row } from "./seating.ts";
import { holdsAt, type Span } from "./span.ts";

/** What is counted over seats, for gates, budgets, slots and deadlines. Times are ms since the epoch; Infinity: never. */
export interface Counts {
	/** Seats. */
	readonly members: number;
	readonly verified: number;
	readonly failed: number;
	/** Out of reach for good, quarantined or without room while there is something left to do: they hold nobody up. */
	readonly unreachable: number;
	/** Of those that a gate waits for and that have not failed: how many have every package that they need. */
	readonly holding: number;
	/** Not applicable, excluded, or given up: they have no part in it. */
	readonly leftOut: number;
	/** On which an installer ran, or which failed before one could. */
	readonly started: number;
	/** On which an installer ran. */
	readonly installed: number;
	/** Of which the rollout knows anything. */
	readonly begun: number;
	/** Begun in another ring. */
	readonly elsewhere: number;
	/** In the middle of a change; those of them that reboot. */
	readonly changing: number;
	readonly rebooting: number;
	/** Whose reboot is due. */
	readonly rebootsDue: number;
	/** When the first of those in the middle of a change is given up. */
	readonly changesEndAt: number;
	/** When the first of those that are away is given up. */
	readonly givesUpAt: number;
	/** Stayed away for too long. */
	readonly overdue: number;
	/** The latest of: a machine verified, a reboot begun or proven; 0: none. */
	readonly movedAt: number;
	/** Since when the first of those is there that may go on in a window for installs, and in one for reboots. */
	readonly thereForInstall: number;
	readonly thereForReboot: number;
}

const NEVER = Number.POSITIVE_INFINITY;

const NOBODY: Counts = {
	...{ members: 0, verified: 0, failed: 0, unreachable: 0, holding: 0, leftOut: 0, started: 0, installed: 0 },
	...{ begun: 0, elsewhere: 0, changing: 0, rebooting: 0, rebootsDue: 0, overdue: 0, movedAt: 0 },
	...{ changesEndAt: NEVER, givesUpAt: NEVER, thereForInstall: NEVER, thereForReboot: NEVER },
};

interface Kept extends Span {
	readonly counts: Counts;
}

/** A row never changes, so that its counts hold until then. */
const known = new WeakMap<Row, Kept>();

interface Where {
	/** The name of the ring that the row is, or is a part of. */
	readonly ring: string;
	readonly now: number;
}

export function countRow(rollout: Rollout, row: Row, where: Where): Counts {
	return keptCount(rollout, row, where).counts;
}

function keptCount(rollout: Rollout, row: Row, where: Where): Kept {
	const { now } = where;
	const kept = known.get(row);
	if (kept && holdsAt(kept, now)) return kept;
	const counts: Tally = { ...NOBODY };
	let until = NEVER;
	for (const part of row.parts) {
		if (!part) continue;
		const of = keptCount(rollout, part, where);
		add(counts, of.counts);
		until = Math.min(until, of.until);
	}
	for (const seat of row.seats) {
		add(counts, countSeat(rollout, seat, where));
		until = Math.min(until, turnsAt(seat, now));
	}
	const counted = { counts, from: now, until };
	known.set(row, counted);
	return counted;
}

function countSeat(rollout: Rollout, seat: Seat, { ring, now }: Where): Counts {
	const { changingUntil, rebootingUntil, givesUpAt, reboot, verifiedAt, wasInstalled } = seat;
	const standing = standingAt(rollout, seat, now);
	const [isOpen, isFailed, isChanging] = [standing === "open", standing === "failed", changingUntil > now];
	const isVerified = standing === "verified";
	const isUnreachable = isOpen && holdsNobodyUp(seat, now);
	const isMoving = reboot?.phase === "running" || reboot?.phase === "done";
	const thereAt = isOpen && !isUnreachable ? thereSince(seat.machine) : NEVER;
	const isAway = isOpen && givesUpAt !== null;
	return {
		members: 1,
		verified: Number(isVerified),
		failed: Number(isFailed),
		unreachable: Number(isUnreachable),
		holding: Number(isVerified || (isOpen && !isUnreachable && seat.isHolding)),
		leftOut: Number(!isVerified && !isFailed && !isOpen),
		started: Number(wasInstalled || isFailed),
		installed: Number(wasInstalled),
		begun: Number(seat.progress !== undefined),
		elsewhere: Number(isElsewhere(seat, ring)),
		changing: Number(isChanging),
		rebooting: Number(rebootingUntil > now),
		rebootsDue: Number(reboot?.phase === "due"),
		changesEndAt: isChanging ? changingUntil : NEVER,
		givesUpAt: isAway && givesUpAt > now ? givesUpAt : NEVER,
		overdue: Number(isAway && givesUpAt <= now && !isChanging),
		movedAt: Math.max(verifiedAt, isMoving ? reboot.at : 0),
		thereForInstall: waitsForReboot(seat) ? NEVER : thereAt,
		thereForReboot: waitsForReboot(seat) ? thereAt : NEVER,
	};
}

/** An open machine for which no ring waits, nor any deadline. */
function holdsNobodyUp({ isOutOfReach, isFull, changingUntil }: Seat, now: number): boolean {
	return (isOutOfReach || isFull) && changingUntil <= now;
}

export function isElsewhere(seat: Seat, ring: string): boolean {
	return seat.ring !== undefined && seat.ring !== ring;
}

function waitsForReboot({ reboot, next }: Seat): boolean {
	return next === null || isUrgentlyDue(reboot);
}

/** Whoever came back, or was approved, late is not late before the deadline has passed from then on. */
function thereSince({ presence, trust }: Machine): number {
	const approvedAt = trust.kind === "approved" ? trust.at : 0;
	const metAt = presence.kind === "present" ? presence.at : presence.kind === "unreachable" ? presence.since : 0;
	return Math.max(approvedAt, metAt);
}

/** Counts in the making. */
type Tally = { -readonly [Key in keyof Counts]: Counts[Key] };

function add(tally: Tally, counts: Counts): void {
	tally.members += counts.members;
	tally.verified += counts.verified;
	tally.failed += counts.failed;
	tally.unreachable += counts.unreachable;
	tally.holding += counts.holding;
	tally.leftOut += counts.leftOut;
	tally.started += counts.started;
	tally.installed += counts.installed;
	tally.begun += counts.begun;
	tally.elsewhere += counts.elsewhere;
	tally.changing += counts.changing;
	tally.rebooting += counts.rebooting;
	tally.rebootsDue += counts.rebootsDue;
	tally.overdue += counts.overdue;
	tally.movedAt = Math.max(tally.movedAt, counts.movedAt);
	tally.changesEndAt = Math.min(tally.changesEndAt, counts.changesEndAt);
	tally.givesUpAt = Math.min(tally.givesUpAt, counts.givesUpAt);
	tally.thereForInstall = Math.min(tally.thereForInstall, counts.thereForInstall);
	tally.thereForReboot = Math.min(tally.thereForReboot, counts.thereForReboot);
}
