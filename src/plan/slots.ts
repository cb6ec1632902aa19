import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { machineOf } from "../model/step.ts";
import { isChanging, rebootingUntil } from "./changing.ts";
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
		this.#sessions = { busy: 0, of: limits.sessions };
		this.#suspects = { busy: 0, of: Math.ceil(limits.sessions / SUSPECT_SHARE) };
		this.#deliveries = { busy: 0, of: limits.deliveries };
		for (const { step } of fleet.running.values()) {
			const name = machineOf(step);
			if (name === null) continue;
			const machine = fleet.machines.get(name);
			this.#sessions.busy += 1;
			if (machine && failedConnections(machine) > 0) this.#suspects.busy += 1;
			if (step.kind === "deliver") this.#deliveries.busy += 1;
		}
	}

	takeSession(machine: Machine): HeldReason | null {
		const isSuspect = failedConnections(machine) > 0;
		const reason = full("sessions", this.#sessions) ?? (isSuspect ? full("sessions", this.#suspects) : null);
		if (reason) return reason;
		this.#sessions.busy += 1;
		if (isSuspect) this.#suspects.busy += 1;
		return null;
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
	/** What is said to those who find it full. */
	reason?: SlotsBusy;
}

type SlotsBusy = Extract<HeldReason, { kind: "slots_busy" }>;

/** Installs and reboots of one rollout that may start now: over all rings, and within each. A rebooting machine counts as installing. */
export class InstallSlots {
	readonly #total: Place;
	readonly #rings = new Map<string, Place>();
	readonly #reboots: Place;
	readonly #others: readonly Rollout[];
	readonly #now: number;

	constructor(fleet: Fleet, rollout: Rollout, { rings, now }: { rings: readonly RingCount[]; now: number }) {
		this.#others = [...fleet.rollouts.values()].filter(({ id }) => id !== rollout.id);
		this.#now = now;
		const { maxConcurrency } = rollout.policy.rollout;
		let [machines, changing, rebooting] = [0, 0, 0];
		for (const { ring, members } of rings) {
			let busy = 0;
			for (const { machine, reboot, changingUntil } of members) {
				if (changingUntil > now) busy += 1;
				if (reboot && rebootingUntil(rollout, machine.name) > now) rebooting += 1;
			}
			this.#rings.set(ring.name, { busy, of: resolveCount(ring.maxConcurrency ?? maxConcurrency, members.length) });
			machines += members.length;
			changing += busy;
		}
		this.#total = { busy: changing, of: resolveCount(maxConcurrency, machines) };
		this.#reboots = { busy: rebooting, of: resolveCount(rollout.policy.reboot.concurrency, machines) };
	}

	take(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		const inRing = this.#rings.get(ring) ?? { busy: 0, of: 0 };
		const isFull = full("installs", this.#total) ?? full("installs", inRing, ring);
		const reason = isFull ?? this.#changesElsewhere(machine) ?? slots.takeSession(machine);
		if (reason) return reason;
		this.#total.busy += 1;
		inRing.busy += 1;
		return null;
	}

	/** An installer of another policy goes on there, perhaps out of contact: two would meet, or a reboot would end it. */
	#changesElsewhere({ name }: Machine): HeldReason | null {
		const other = this.#others.find((each) => isChanging(each, name, this.#now));
		return other ? { kind: "machine_busy", policy: other.policy.name } : null;
	}

	takeReboot(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		const reason = full("reboots", this.#reboots) ?? this.take(ring, machine, slots);
		if (!reason) this.#reboots.busy += 1;
		return reason;
	}
}

/** Within one decision nothing becomes free again: what is full says so to everybody alike. */
function full(slots: SlotsBusy["slots"], place: Place, ring?: string): SlotsBusy | null {
	const { busy, of } = place;
	if (busy < of) return null;
	place.reason ??= { kind: "slots_busy", slots, busy, of, ...(ring === undefined ? {} : { ring }) };
	return place.reason;
}
