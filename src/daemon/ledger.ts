import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import { applyEvent } from "../plan/apply-event.ts";
import { EMPTY_FLEET } from "../plan/empty-fleet.ts";
import type { Journal } from "../record/journal.ts";

/** The fleet and its journal, always in step: what changes the one is first written into the other. */
export class Ledger {
	readonly #journal: Journal;
	#fleet: Fleet = EMPTY_FLEET;

	constructor(journal: Journal) {
		this.#journal = journal;
	}

	get fleet(): Fleet {
		return this.#fleet;
	}

	/** Folds the journal, then states of every step without an outcome that it was interrupted. */
	recover(now: number): void {
		for (const event of this.#journal.replay()) this.#fleet = applyEvent(this.#fleet, event);
		this.record([...this.#fleet.running.values()].map(({ step }) => ({ kind: "StepInterrupted", step, at: now })));
	}

	/** Writes and applies the events that change anything, in order; returns whether any did. */
	record(events: readonly Event[]): boolean {
		const worth: Event[] = [];
		let next = this.#fleet;
		for (const event of events) {
			const after = applyEvent(next, event);
			if (after !== next || event.kind === "DeliveryChosen") worth.push(event);
			next = after;
		}
		if (worth.length > 0) this.#journal.append(worth);
		this.#fleet = next;
		return worth.length > 0;
	}
}
