import type { Step } from "../model/step.ts";
import { type Answer, decideMachine } from "./decide-machine.ts";
import type { Ground, Member, Part } from "./ground.ts";
import type { Held } from "./held.ts";
import { isSettledStill, type Lasting, remember, remembered, type Settled, Settling, settled } from "./lasting.ts";
import { seedsFor, wantedSeeds } from "./order.ts";
import type { RingCount } from "./rings.ts";
import { countRow } from "./row-count.ts";
import { type Seat, standingAt } from "./seat.ts";
import type { Row } from "./seating.ts";
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

/** What covers more is put together anew: its list would be long, and change with every machine. */
const MOST_KEPT_LEVEL = 2;

/** One decision about all members of one rollout. */
class Round {
	readonly #ground: Ground;
	/** Where a machine is busy, here or with another policy. */
	readonly #busy = new Touched();
	readonly #wanted: ReadonlySet<string>;
	readonly #steps: Step[] = [];
	readonly #held: Held[] = [];
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
		this.#decideRow(ring.count.row, { level: TOP, index: 0 }, { ...ring, terms });
	}

	end(): Part {
		for (const member of this.#seeds) this.#decide(member, null);
		return { steps: this.#steps, held: this.#held, wakes: [this.#wakeAt] };
	}

	/** null: it may be otherwise at any time. */
	#decideRow(row: Row, { level, index }: Where, place: Place): Settled | null {
		const isRestless = this.#isRestless(row, { level, index }, place);
		const kept = isRestless ? undefined : settled.get(row);
		if (kept && isSettledStill(kept, this.#ground, place)) return this.#repeat(kept);
		const first = this.#held.length;
		const settling = new Settling(isRestless || level > MOST_KEPT_LEVEL);
		for (const [each, part] of row.parts.entries())
			if (part)
				settling.addRow(this.#decideRow(part, { level: level - 1, index: indexOfPart(level, index, each) }, place));
		for (const seat of row.seats) settling.addSeat(this.#decideSeat(seat, place));
		return settling.end(row, () => ({ terms: place.terms, from: this.#ground.now, held: this.#held.slice(first) }));
	}

	/** A machine in it is busy, or has to wait for the end of the round, or may be anybody. */
	#isRestless(row: Row, { level, index }: Where, { count }: Place): boolean {
		if (row.stretch === null || this.#busy.has(level, index)) return true;
		if (this.#wanted.size === 0) return false;
		const { rollout, now } = this.#ground;
		return countRow(rollout, row, { ring: count.ring.name, now }).rebootsDue > 0;
	}

	#repeat(kept: Settled): Settled {
		for (const each of kept.held) this.#held.push(each);
		this.#wake(kept.wakeAt);
		return kept;
	}

	#decideSeat(seat: Seat, place: Place): Lasting | null {
		const { rollout, now, busy } = this.#ground;
		const { count, ringIndex, terms } = place;
		const { machine } = seat;
		const member = () => ({ seat, machine, standing: standingAt(rollout, seat, now), count, ringIndex });
		if (seedsFor(seat, this.#wanted)) {
			this.#seeds.push(member());
			return null;
		}
		if (busy.has(machine.name)) return this.#decide(member(), null);
		const kept = remembered(seat, this.#ground, place);
		if (!kept) return this.#decide(member(), terms);
		if (kept.held) this.#hold(kept.held);
		return kept;
	}

	/** `terms`: under which it may be remembered; null: it may not. */
	#decide(member: Member, terms: Terms | null): Lasting | null {
		const { slots, busy, rollout, now } = this.#ground;
		const before = slots.claims;
		const answer: Answer = decideMachine(this.#ground, member);
		if (answer && "step" in answer) {
			this.#steps.push(answer.step);
			busy.set(member.machine.name, rollout.policy.name);
			return null;
		}
		const held = answer?.held ?? null;
		if (held) this.#hold(held);
		return terms && remember(member.seat, { terms, now, held, claims: slots.claims - before, last: slots.last });
	}

	#hold(held: Held): void {
		this.#held.push(held);
		this.#wake(held.until ?? 0);
	}

	#wake(at: number): void {
		if (at > this.#ground.now && at < this.#wakeAt) this.#wakeAt = at;
	}
}
