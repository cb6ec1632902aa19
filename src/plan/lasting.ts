import type { Machine } from "../model/machine.ts";
import { failedConnections } from "./contact.ts";
import type { Ground } from "./ground.ts";
import type { Held } from "./held.ts";
import type { RingCount } from "./rings.ts";
import { type Seat, turnsAt } from "./seat.ts";
import type { Row } from "./seating.ts";
import { type Claim, type SlotsAnswer, type SlotsBusy, slotsBusy } from "./slots.ts";
import { holdsAt, type Span } from "./span.ts";
import type { Terms } from "./terms.ts";

/** An answer is the same under the same terms, as long as it holds. */
interface Given extends Span {
	readonly terms: Terms;
}

/** What was decided of a seat that asked for no place, or for one in vain: the same again, as long as it lasts. */
export interface Lasting extends Given {
	/** null: there is nothing to do. */
	readonly held: Held | null;
	/** What it was refused; null: it asked for nothing. */
	readonly refused: Refused | null;
}

interface Refused {
	readonly claim: Claim;
	readonly machine: Machine;
	readonly reason: SlotsBusy;
}

/** The same of all seats of a row. */
export interface Settled extends Given {
	readonly held: readonly Held[];
	/** When the first of them is asked again; Infinity: never. */
	readonly wakeAt: number;
	/** What some of them were refused, each kind once: whoever asks for the same is told the same. */
	readonly refused: readonly Refused[];
}

/** What was decided of a row, and may be otherwise at any time. */
export interface Restless {
	readonly held: readonly Held[];
}

type Made = Pick<Settled, "terms" | "from" | "held">;

/** Seats and rows never change: whoever changed has another one. */
const seats = new WeakMap<Seat, Lasting>();
export const settled = new WeakMap<Row, Settled>();

const NEVER = Number.POSITIVE_INFINITY;

interface Asked {
	readonly terms: Terms;
	readonly count: RingCount;
}

/** What is said of the seat again; undefined: it must be decided anew. */
export function remembered(seat: Seat, ground: Ground, asked: Asked): Lasting | undefined {
	const kept = seats.get(seat);
	if (!kept || !lasts(kept, ground, asked)) return undefined;
	if (kept.refused === null || kept.held === null) return kept;
	const reason = refusedNow(kept.refused, ground, asked);
	if (!reason) return undefined;
	if (isSame(reason, kept.refused.reason)) return kept;
	const next = { ...kept, held: { ...kept.held, reason }, refused: { ...kept.refused, reason } };
	seats.set(seat, next);
	return next;
}

export function isSettledStill(kept: Settled, ground: Ground, asked: Asked): boolean {
	if (!lasts(kept, ground, asked)) return false;
	return kept.refused.every((refused) => {
		const reason = refusedNow(refused, ground, asked);
		return reason !== null && isSame(reason, refused.reason);
	});
}

function lasts(given: Given, { now }: Ground, { terms }: Asked): boolean {
	return given.terms === terms && holdsAt(given, now);
}

/** How full it would find the same place now; null: it would be given it, or refused it for a reason of its own. */
function refusedNow(refused: Refused, ground: Ground, asked: Asked): SlotsBusy | null {
	const reason = barOf(refused, ground, asked);
	return reason && slotsBusy(reason);
}

function barOf({ claim, machine }: Refused, { slots, installs }: Ground, { count }: Asked): Held["reason"] | null {
	switch (claim) {
		case "session":
			return slots.sessionBar(machine);
		case "delivery":
			return slots.deliveryBar(machine);
		case "install":
			return installs.installBar(count.ring.name, machine, slots);
		case "reboot":
			return installs.rebootBar(count.ring.name, machine, slots);
	}
}

function isSame(a: SlotsBusy, b: SlotsBusy): boolean {
	return a === b || (a.slots === b.slots && a.busy === b.busy && a.of === b.of && a.ring === b.ring);
}

interface Decided {
	readonly terms: Terms;
	readonly now: number;
	readonly held: Held | null;
	/** How many places it asked for, and what it was told about the last one. */
	readonly claims: number;
	readonly last: SlotsAnswer | null;
}

/**
 * Keeps what was decided of a seat that asked for no place, or for one alone that was full, and is held for that. null: it is not
 * kept, since whatever else it was told of a place may be otherwise at any time.
 */
export function remember(seat: Seat, { terms, now, held, claims, last }: Decided): Lasting | null {
	const reason = claims === 1 && last?.reason ? slotsBusy(last.reason) : null;
	if (claims > 0 && (reason === null || held?.reason !== reason)) return null;
	const until = Math.min(turnsAt(seat, now), later(held?.until, now));
	const refused = reason && last && { claim: last.claim, machine: seat.machine, reason };
	const lasting = { terms, from: now, until, held, refused };
	seats.set(seat, lasting);
	return lasting;
}

function later(at: number | undefined, now: number): number {
	return at !== undefined && at > now ? at : NEVER;
}

/** A row's answers while they are put together: settled if each of them lasts. */
export class Settling {
	#isRestless: boolean;
	#until = NEVER;
	readonly #refused = new Map<string, Refused>();

	constructor(isRestless: boolean) {
		this.#isRestless = isRestless;
	}

	addSeat(lasting: Lasting | null): void {
		if (lasting) this.#add(lasting.until, lasting.refused ? [lasting.refused] : []);
		else this.#isRestless = true;
	}

	addRow(row: Settled | Restless): void {
		if ("until" in row) this.#add(row.until, row.refused);
		else this.#isRestless = true;
	}

	/** Keeps it with the row if it lasts. */
	end(row: Row, { held, ...span }: Made): Settled | Restless {
		if (this.#isRestless) return { held };
		const wakeAt = held.reduce((first, { until }) => Math.min(first, later(until, span.from)), NEVER);
		const whole = { ...span, until: this.#until, held, wakeAt, refused: [...this.#refused.values()] };
		settled.set(row, whole);
		return whole;
	}

	#add(until: number, refused: readonly Refused[]): void {
		this.#until = Math.min(this.#until, until);
		for (const each of refused) {
			const key = `${each.claim} ${failedConnections(each.machine) > 0}`;
			const other = this.#refused.get(key);
			if (other && !isSame(other.reason, each.reason)) this.#isRestless = true;
			this.#refused.set(key, other ?? each);
		}
	}
}
