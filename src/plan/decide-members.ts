import type { Step } from "../model/step.ts";
import { type Answer, decideMachine } from "./decide-machine.ts";
import type { Ground, Member, Part } from "./ground.ts";
import type { Held } from "./held.ts";
import {
	isSettledStill,
	type Lasting,
	type Restless,
	remember,
	remembered,
	type Settled,
	Settling,
	settled,
} from "./lasting.ts";
import type { RingCount } from "./rings.ts";
import { countRow } from "./row-count.ts";
import { type Seat, standingAt } from "./seat.ts";
import type { Row } from "./seating.ts";
import { seedsFor, wantedSeeds } from "./seeds.ts";
import { indexOfPart, TOP, Touched } from "./stretch.ts";
import { type Terms, termsOf } from "./terms.ts";

/**
 * Machine by machine in the order of the rings; those that wait for their reboot and still seed what is being delivered to others
 * come last. What was decided of a machine before is repeated as long as nothing that it came from has changed.
 */
export function decideMembers(ground: Ground, rings: readonly RingCount[], ranks: ReadonlyMap<string, number>): Part {
	const round = new Round(ground, ranks);
	for (const [ringIndex, count] of rings.entries()) round.decideRing({ count, ringIndex });
	return round.end();
}

interface Place extends Pick<Member, "count" | "ringIndex"> {
	readonly terms: Terms;
}

/** Of the part of a row: its level and index among the stretches. */
interface Where {
	readonly level: number;
	readonly index: number;
}

const MOST_KEPT_LEVEL = 1;

/** One decision about all members of one rollout. */
class Round {
	readonly #ground: Ground;
	/** Where a machine is busy, here or with another policy. */
	readonly #busy = new Touched();
	readonly #wanted: ReadonlySet<string>;
	readonly #steps: Step[] = [];
	/** In order; long lists that are kept with their row are not copied until the end. */
	readonly #held: (readonly Held[])[] = [];
	readonly #seeds: Member[] = [];
	#wakeAt = Number.POSITIVE_INFINITY;

	constructor(ground: Ground, ranks: ReadonlyMap<string, number>) {
		this.#ground = ground;
		this.#wanted = wantedSeeds(ground);
		for (const name of ground.busy.keys()) {
			const rank = ranks.get(name);
			if (rank !== undefined) this.#busy.add(rank);
		}
	}

	decideRing(ring: Omit<Place, "terms">): void {
		const terms = termsOf(this.#ground, ring);
		this.#decideLong(ring.count.row, { level: TOP, index: 0 }, { ...ring, terms });
	}

	end(): Part {
		const last: Held[] = [];
		for (const member of this.#seeds) this.#decide(member, { terms: null, into: last });
		return { steps: this.#steps, held: [...this.#held, last], wakes: [this.#wakeAt] };
	}

	/** What covers more machines than are worth keeping together: its list would change with every one of them. */
	#decideLong(row: Row, { level, index }: Where, place: Place): void {
		const into: Held[] = [];
		for (const seat of row.seats) this.#decideSeat(seat, { ...place, into });
		this.#held.push(into);
		for (const [each, part] of row.parts.entries()) {
			if (!part) continue;
			const where = { level: level - 1, index: indexOfPart(level, index, each) };
			if (part.parts.length > 0 && where.level > MOST_KEPT_LEVEL) this.#decideLong(part, where, place);
			else this.#held.push(this.#decideRow(part, where, place).held);
		}
	}

	#decideRow(row: Row, { level, index }: Where, place: Place): Settled | Restless {
		const isRestless = this.#isRestless(row, { level, index }, place);
		const kept = isRestless ? undefined : settled.get(row);
		if (kept && isSettledStill(kept, this.#ground, place)) return this.#repeat(kept);
		const held: Held[] = [];
		const settling = new Settling(isRestless);
		for (const [each, part] of row.parts.entries()) {
			if (!part) continue;
			const decided = this.#decideRow(part, { level: level - 1, index: indexOfPart(level, index, each) }, place);
			for (const one of decided.held) held.push(one);
			settling.addRow(decided);
		}
		for (const seat of row.seats) settling.addSeat(this.#decideSeat(seat, { ...place, into: held }));
		return settling.end(row, { terms: place.terms, from: this.#ground.now, held });
	}

	/** A machine in it is busy, or has to wait for the end of the round, or may be anybody. */
	#isRestless(row: Row, { level, index }: Where, { count }: Place): boolean {
		if (row.stretch === null || this.#busy.has(level, index)) return true;
		if (this.#wanted.size === 0) return false;
		const { rollout, now } = this.#ground;
		return countRow(rollout, row, { ring: count.ring.name, now }).rebootsDue > 0;
	}

	#repeat(kept: Settled): Settled {
		this.#wake(kept.wakeAt);
		return kept;
	}

	#decideSeat(seat: Seat, place: Place & { readonly into: Held[] }): Lasting | null {
		const { rollout, now, busy } = this.#ground;
		const { count, ringIndex, terms, into } = place;
		const { machine } = seat;
		const member = () => ({ seat, machine, standing: standingAt(rollout, seat, now), count, ringIndex });
		if (seedsFor(seat, this.#wanted)) {
			this.#seeds.push(member());
			return null;
		}
		if (busy.has(machine.name)) return this.#decide(member(), { terms: null, into });
		const kept = remembered(seat, this.#ground, place);
		if (!kept) return this.#decide(member(), { terms, into });
		if (kept.held) this.#hold(kept.held, into);
		return kept;
	}

	/** `terms`: under which it may be remembered; null: it may not. */
	#decide(member: Member, { terms, into }: { readonly terms: Terms | null; readonly into: Held[] }): Lasting | null {
		const { slots, busy, rollout, now } = this.#ground;
		const before = slots.claims;
		const answer: Answer = decideMachine(this.#ground, member);
		if (answer && "step" in answer) {
			this.#steps.push(answer.step);
			busy.set(member.machine.name, rollout.policy.name);
			return null;
		}
		const held = answer?.held ?? null;
		if (held) this.#hold(held, into);
		return terms && remember(member.seat, { terms, now, held, claims: slots.claims - before, last: slots.last });
	}

	#hold(held: Held, into: Held[]): void {
		into.push(held);
		this.#wake(held.until ?? 0);
	}

	#wake(at: number): void {
		if (at > this.#ground.now && at < this.#wakeAt) this.#wakeAt = at;
	}
}
