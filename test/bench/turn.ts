import type { Event } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { type Decision, decide } from "../../src/plan/decide.ts";
import type { Limits } from "../../src/plan/slots.ts";
import type { World } from "./world.ts";

/** Where events go: a ledger, or the fleet alone. */
export interface Record {
	readonly fleet: Fleet;
	record(events: readonly Event[]): unknown;
}

/** A fleet that is written nowhere. */
export class Unwritten implements Record {
	fleet: Fleet;

	constructor(fleet: Fleet) {
		this.fleet = fleet;
	}

	record(events: readonly Event[]): void {
		for (const event of events) this.fleet = applyEvent(this.fleet, event);
	}
}

export interface Moment {
	readonly world: World;
	readonly limits: Limits;
	/** When the steps start, ms since the epoch; they end a second later. */
	readonly now: number;
}

/** One turn of the daemon's loop: decide, start every step, and let each of them end. */
export function turn(to: Record, { world, limits, now }: Moment): Decision {
	const decision = decideNow(to.fleet, limits, now);
	to.record(decision.steps.map((step) => ({ kind: "StepStarted", step, at: now })));
	to.record(decision.steps.flatMap((step) => world.answer(step, now + 1000)));
	return decision;
}

export function decideNow(fleet: Fleet, limits: Limits, now: number): Decision {
	const policies = [...fleet.policies.values()].map(({ policy }) => policy);
	return decide(fleet, policies, now, limits);
}
