import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { isChanging } from "./changing.ts";
import { failedConnections } from "./contact.ts";
import { resolveCount } from "./count.ts";
import type { HeldReason } from "./held.ts";
import type { RingCount } from "./rings.ts";

/** What the controller takes on at once, over all policies. */
export interface Limits {
	readonly sessions: number;
	readonly deliveries: number;
}

/** Machines that announce themselves and do not answer may take this share of the sessions, so that they starve nobody. */
const SUSPECT_SHARE = 4;

/** The places that are free in one decision; `take` gives one away or says why not. */
export class Slots {
	readonly #sessions: Place;
	readonly #suspects: Place;
	readonly #deliveries: Place;

	constructor(fleet: Fleet, limits: Limits) {
		const steps = [...fleet.running.values()].flatMap(({ step }) => ("machine" in step ? [step] : []));
		const suspects = steps.filter(({ machine }) => isSuspect(fleet.machines.get(machine)));
		const deliveries = steps.filter(({ kind }) => kind === "deliver");
		this.#sessions = { busy: steps.length, of: limits.sessions };
		this.#suspects = { busy: suspects.length, of: Math.ceil(limits.sessions / SUSPECT_SHARE) };
		this.#deliveries = { busy: deliveries.length, of: limits.deliveries };
	}

	takeSession(machine: Machine): HeldReason | null {
		const places = isSuspect(machine) ? [this.#sessions, this.#suspects] : [this.#sessions];
		return takeAll("sessions", places);
	}

	takeDelivery(machine: Machine): HeldReason | null {
		const reason = full("deliveries", this.#deliveries) ?? this.takeSession(machine);
		if (!reason) this.#deliveries.busy += 1;
		return reason;
	}
}

interface Place {
	busy: number;
	readonly of: number;
}

function isSuspect(machine: Machine | undefined): boolean {
	return machine !== undefined && failedConnections(machine) > 0;
}

function takeAll(name: "sessions", places: readonly Place[]): HeldReason | null {
	const reason = places.map((place) => full(name, place)).find((each) => each !== null) ?? null;
	if (!reason) for (const place of places) place.busy += 1;
	return reason;
}

/** Installs of one rollout that may start now: over all rings, and within each. */
export class InstallSlots {
	readonly #total: Place;
	readonly #rings: ReadonlyMap<string, Place>;

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

	take(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		const inRing = this.#rings.get(ring) ?? { busy: 0, of: 0 };
		const ringFull = full("installs", inRing);
		const reason = full("installs", this.#total) ?? (ringFull && { ...ringFull, ring }) ?? slots.takeSession(machine);
		if (reason) return reason;
		this.#total.busy += 1;
		inRing.busy += 1;
		return null;
	}
}

function full(slots: "installs" | "deliveries" | "sessions", { busy, of }: Place) {
	return busy < of ? null : { kind: "slots_busy" as const, slots, busy, of };
}
