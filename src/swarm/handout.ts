import { median, RecentRate } from "./recent-rate.ts";

/** Pieces on their way from the source at one time. More would only make each of them arrive later. */
const IN_FLIGHT = 8;
/** A peer with as many pieces, in its shares of those, that nobody else has yet, waits while others pass theirs on faster. */
const UNSPREAD_SHARES = 4;
/** A peer that comes on so many times more slowly than most has a slow link: what it alone has, the others would wait for. */
const SLOW_TIMES = 3;
/** A piece not there after so many times as long as pieces take is given to somebody else too ... */
const GIVEN_UP_PIECES = 4;
/** ... and at the soonest and at the latest after this long. */
const SOONEST_GIVEN_UP_MS = 2_000;
const GIVEN_UP_MS = 20_000;
/** A peer that got nothing from the others for this long gets what it lacks from the source. */
const HUNGRY_MS = 8_000;
/** What machines claim to hold when they come is believed for this long before any of it arrives anywhere: a liar costs the others that time ... */
const UNPROVEN_MS = 3_000;
/** ... and again after this long at the soonest. */
const CREDIT_MS = 30_000;
/** ... or for this many times as long as a piece from the source takes, whichever is longer. */
const HUNGRY_PIECES = 3;

export interface Gift {
	readonly peer: string;
	readonly piece: number;
}

/** How many machines there are for each piece, and how many of them are ours. */
interface Supply {
	readonly all: Uint32Array;
	readonly ours: Uint32Array;
}

interface Receiver {
	readonly isOurs: boolean;
	readonly holds: Set<number>;
	/** ... of which it held these when it came, as it says. */
	readonly claims: Set<number>;
	/** Pieces shown and not yet there, and when they were shown. */
	readonly shown: Map<number, number>;
	/** Pieces shown so long ago that they count no more. */
	readonly late: Set<number>;
	/** Pieces that it got from the source and nobody else has yet. */
	unspread: number;
	fedAt: number;
	givenAt: number;
	/** At which it gets pieces, from whomever. */
	readonly rate: RecentRate;
}

export interface HandoutOptions {
	readonly pieceCount: number;
	/** Whether machines that hold everything are about, though perhaps not connected to the source. */
	readonly hasOtherSeeds: () => boolean;
}

/**
 * Which piece the source shows to whom, so that it sends each about once (after super-seeding, BEP 16): a piece that
 * somebody holds or is getting is left to the peers to pass on. A peer that the others do not feed is fed by the source.
 * Strangers pass on what they have when they please, so that ours get it from the source once it has nothing newer for them.
 * Times are in milliseconds on any clock that does not go back.
 */
export class Handout {
	readonly #options: HandoutOptions;
	readonly #receivers = new Map<string, Receiver>();
	/** How many have received each piece or are getting it. */
	readonly #supply: Supply;
	/** ... and how many claim that they held it when they came. */
	readonly #claimed: Supply;
	/** Whom the source gave each piece last. */
	readonly #givenTo: (Receiver | undefined)[] = [];
	/** Until when what is claimed counts. */
	#believedUntil = Number.NEGATIVE_INFINITY;
	#creditedAt = Number.NEGATIVE_INFINITY;
	#cursor = 0;
	#pieceMs = 0;

	constructor(options: HandoutOptions) {
		this.#options = options;
		this.#supply = supplyOf(options.pieceCount);
		this.#claimed = supplyOf(options.pieceCount);
	}

	join(peer: string, { now, isOurs }: { now: number; isOurs: boolean }): void {
		if (this.#needy().length === 0) this.#credit(now);
		this.#receivers.set(peer, {
			isOurs,
			holds: new Set(),
			claims: new Set(),
			shown: new Map(),
			late: new Set(),
			unspread: 0,
			fedAt: now,
			givenAt: 0,
			rate: new RecentRate(now),
		});
	}

	leave(peer: string): void {
		const receiver = this.#receivers.get(peer);
		if (!receiver) return;
		this.#receivers.delete(peer);
		for (const piece of receiver.claims) count(this.#claimed, { piece, change: -1, isOurs: receiver.isOurs });
		for (const piece of [...receiver.holds, ...receiver.shown.keys()])
			if (!receiver.claims.has(piece)) this.#count(receiver, piece, -1);
	}

	/** The peer says that it held the piece when it came. */
	claims(peer: string, piece: number, now: number): void {
		const receiver = this.#lacking(peer, piece);
		if (!receiver) return;
		this.#credit(now);
		receiver.holds.add(piece);
		receiver.claims.add(piece);
		count(this.#claimed, { piece, change: 1, isOurs: receiver.isOurs });
		if (receiver.shown.delete(piece)) this.#count(receiver, piece, -1);
	}

	/** The peer says that it has received the piece. */
	holds(peer: string, piece: number, now: number): void {
		const receiver = this.#lacking(peer, piece);
		if (!receiver) return;
		receiver.holds.add(piece);
		receiver.rate.count(now);
		const shownAt = receiver.shown.get(piece);
		const isFedByOthers = shownAt === undefined && !receiver.late.has(piece);
		if (isFedByOthers) receiver.fedAt = now;
		// They have it from somebody who claims it, here or elsewhere.
		if (isFedByOthers && this.#supply.all[piece] === 0) this.#believedUntil = now + HUNGRY_MS;
		if (shownAt === undefined) this.#count(receiver, piece, 1);
		else this.#pieceMs = this.#pieceMs * 0.8 + (now - shownAt) * 0.2;
		receiver.shown.delete(piece);
		receiver.late.delete(piece);
	}

	#lacking(peer: string, piece: number): Receiver | null {
		const receiver = this.#receivers.get(peer);
		const isPiece = piece >= 0 && piece < this.#options.pieceCount;
		return receiver && isPiece && !receiver.holds.has(piece) ? receiver : null;
	}

	/** What to show now. Each gift is told once. */
	next(now: number): readonly Gift[] {
		this.#giveUp(now);
		const gifts: Gift[] = [];
		for (let gift = this.#choose(now); gift; gift = this.#choose(now)) gifts.push(gift);
		return gifts;
	}

	#choose(now: number): Gift | null {
		const needy = this.#needy();
		const inFlight = needy.reduce((sum, [, { shown }]) => sum + shown.size, 0);
		if (inFlight >= IN_FLIGHT) return null;
		const share = Math.max(1, Math.floor(IN_FLIGHT / needy.length));
		const isQuick = this.#quickOf(needy, now);
		const isLight = ({ unspread }: Receiver) => unspread < UNSPREAD_SHARES * share;
		const isAnyLight = needy.some(([, receiver]) => isQuick(receiver) && isLight(receiver));
		const free = needy.filter(([, { shown, late }]) => shown.size < (late.size > 0 ? 1 : share));
		free.sort(([, a], [, b]) => burdenOf(a) - burdenOf(b) || a.givenAt - b.givenAt);
		const isLeft = this.#isBelieving(now) && this.#options.hasOtherSeeds();
		const fresh = isLeft ? null : this.#nextWithout("all", { now });
		const unreached = isLeft ? null : (fresh ?? this.#nextWithout("ours", { now }));
		for (const [peer, receiver] of free) {
			const isServed = isQuick(receiver) && (isLight(receiver) || !isAnyLight);
			const next = receiver.isOurs ? unreached : fresh;
			const newest = isServed && next !== null ? this.#newestFor(receiver, { next, now }) : null;
			const piece = newest ?? (this.#isHungry(receiver, now) ? this.#rarestFor(receiver) : null);
			if (piece !== null) return this.#give(peer, receiver, { piece, now });
		}
		return null;
	}

	/** The piece that is next for all, but what the receiver was shown already. */
	#newestFor({ isOurs, late }: Receiver, { next, now }: { next: number; now: number }): number | null {
		return late.has(next) ? this.#nextWithout(isOurs ? "ours" : "all", { now, except: late }) : next;
	}

	#needy(): [string, Receiver][] {
		return [...this.#receivers].filter(([, { holds }]) => holds.size < this.#options.pieceCount);
	}

	#quickOf(needy: readonly [string, Receiver][], now: number): (receiver: Receiver) => boolean {
		const least = median(needy.map(([, { rate }]) => rate.perSecond(now))) / SLOW_TIMES;
		return ({ rate }) => rate.perSecond(now) >= least;
	}

	/** Whether pieces arrive that machines claim to hold and nobody was given, or machines have just come that may give them. */
	#isBelieving(now: number): boolean {
		return now <= this.#believedUntil;
	}

	#credit(now: number): void {
		if (now - this.#creditedAt < CREDIT_MS) return;
		this.#creditedAt = now;
		this.#believedUntil = Math.max(this.#believedUntil, now + UNPROVEN_MS);
	}

	#give(peer: string, receiver: Receiver, { piece, now }: { piece: number; now: number }): Gift {
		receiver.shown.set(piece, now);
		receiver.givenAt = now;
		this.#count(receiver, piece, 1);
		this.#givenTo[piece] = receiver;
		receiver.unspread += this.#supply.all[piece] === 1 ? 1 : 0;
		return { peer, piece };
	}

	#isHungry({ fedAt }: Receiver, now: number): boolean {
		return now - fedAt > Math.max(HUNGRY_MS, HUNGRY_PIECES * this.#pieceMs);
	}

	/** The next piece that none of those counted holds, as far as it is believed, or is getting. Going round keeps the reads from the disk in order. */
	#nextWithout(whom: keyof Supply, { now, except }: { now: number; except?: ReadonlySet<number> }): number | null {
		const { pieceCount } = this.#options;
		const supply = this.#supply[whom];
		const claimed = this.#isBelieving(now) ? this.#claimed[whom] : null;
		for (let step = 0; step < pieceCount; step++) {
			const piece = (this.#cursor + step) % pieceCount;
			if (supply[piece] !== 0 || (claimed && claimed[piece] !== 0) || except?.has(piece)) continue;
			this.#cursor = piece;
			return piece;
		}
		return null;
	}

	#rarestFor({ holds, shown, late }: Receiver): number | null {
		let rarest: number | null = null;
		let least = Number.POSITIVE_INFINITY;
		for (const [piece, supply] of this.#supply.all.entries()) {
			if (supply >= least || holds.has(piece) || shown.has(piece) || late.has(piece)) continue;
			rarest = piece;
			least = supply;
		}
		return rarest;
	}

	#giveUp(now: number): void {
		const usualMs = this.#pieceMs > 0 ? GIVEN_UP_PIECES * this.#pieceMs : GIVEN_UP_MS;
		const patienceMs = Math.min(GIVEN_UP_MS, Math.max(SOONEST_GIVEN_UP_MS, usualMs));
		for (const receiver of this.#receivers.values()) {
			for (const [piece, shownAt] of receiver.shown) {
				if (now - shownAt < patienceMs) continue;
				receiver.shown.delete(piece);
				receiver.late.add(piece);
				this.#count(receiver, piece, -1);
			}
		}
	}

	#count({ isOurs }: Receiver, piece: number, change: number): void {
		const before = this.#supply.all[piece] ?? 0;
		count(this.#supply, { piece, change, isOurs });
		const giver = this.#givenTo[piece];
		if (!giver) return;
		if (before === 1) giver.unspread--;
		else if (before === 2 && change < 0) giver.unspread++;
		if (before + change === 0) this.#givenTo[piece] = undefined;
	}
}

function supplyOf(pieceCount: number): Supply {
	return { all: new Uint32Array(pieceCount), ours: new Uint32Array(pieceCount) };
}

function count(
	{ all, ours }: Supply,
	{ piece, change, isOurs }: { piece: number; change: number; isOurs: boolean },
): void {
	all[piece] = (all[piece] ?? 0) + change;
	if (isOurs) ours[piece] = (ours[piece] ?? 0) + change;
}

/** What it still has to receive and to pass on: a peer with a slow link, in either direction, is given less. */
function burdenOf({ shown, unspread }: Receiver): number {
	return shown.size + unspread;
}
