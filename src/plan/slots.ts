import type { Fleet, Rollout } from "../model/fleet.ts";
import { isChanging } from "./changing.ts";
import { resolveCount } from "./count.ts";
import type { HeldReason } from "./held.ts";
import type { RingCount } from "./rings.ts";

/** What the controller takes on at once, over all policies. */
export interface Limits {
	readonly sessions: number;
	readonly deliveries: number;
}

/** The places that are free in one decision; `take` gives one away or says why not. */
export class Slots {
	readonly #limits: Limits;
	#sessions: number;
	#deliveries: number;

	constructor(fleet: Fleet, limits: Limits) {
		const steps = [...fleet.running.values()].map(({ step }) => step);
		this.#limits = limits;
		this.#sessions = steps.filter((step) => "machine" in step).length;
		this.#deliveries = steps.filter((step) => step.kind === "deliver").length;
	}

	takeSession(): HeldReason | null {
		const reason = full("sessions", this.#sessions, this.#limits.sessions);
		if (!reason) this.#sessions += 1;
		return reason;
	}

	takeDelivery(): HeldReason | null {
		const reason = full("deliveries", this.#deliveries, this.#limits.deliveries) ?? this.takeSession();
		if (!reason) this.#deliveries += 1;
		return reason;
	}
}

/** Installs of one rollout that may start now: over all rings, and within each. */
export class InstallSlots {
	readonly #total: { busy: number; readonly of: number };
	readonly #rings: ReadonlyMap<string, { busy: number; readonly of: number }>;

	constructor(rollout: Rollout, rings: readonly RingCount[], now: number) {
		const machines = rings.reduce((sum, { members }) => sum + members.length, 0);
		const busyIn = rings.map(({ members }) => members.filter(({ name }) => isChanging(rollout, name, now)).length);
		const { maxConcurrency } = rollout.policy.rollout;
		this.#total = { busy: busyIn.reduce((sum, busy) => sum + busy, 0), of: resolveCount(maxConcurrency, machines) };
		this.#rings = new Map(
			rings.map(({ ring, members }, index) => {
				const of = resolveCount(ring.maxConcurrency ?? maxConcurrency, members.length);
				return [ring.name, { busy: busyIn[index] ?? 0, of }];
			}),
		);
	}

	take(ring: string, slots: Slots): HeldReason | null {
		const inRing = this.#rings.get(ring) ?? { busy: 0, of: 0 };
		const ringFull = full("installs", inRing.busy, inRing.of);
		const reason =
			full("installs", this.#total.busy, this.#total.of) ??
			(ringFull ? { ...ringFull, ring } : null) ??
			slots.takeSession();
		if (!reason) {
			this.#total.busy += 1;
			inRing.busy += 1;
		}
		return reason;
	}
}

function full(slots: "installs" | "deliveries" | "sessions", busy: number, of: number) {
	return busy < of ? null : { kind: "slots_busy" as const, slots, busy, of };
}
