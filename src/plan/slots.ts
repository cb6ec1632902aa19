import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { machineOf } from "../model/step.ts";
import { isChanging } from "./changing.ts";
import { failedConnections } from "./contact.ts";
import { resolveCount } from "./count.ts";
import type { HeldReason } from "./held.ts";
import type { ApprovalRule } from "./needed-approval.ts";
import type { RingCount } from "./rings.ts";

/** What the controller takes on at once, over all policies. */
export interface Limits {
	readonly sessions: number;
	readonly deliveries: number;
	/** absent: only policies ask for approvals. */
	readonly approvalRule?: ApprovalRule;
}

/** Machines that announce themselves and do not answer may take this share of the sessions, so that they starve nobody. */
const SUSPECT_SHARE = 4;

/** The kinds of places that a step may need. */
export type Claim = "session" | "delivery" | "install" | "reboot";

export interface SlotsAnswer {
	readonly claim: Claim;
	/** null: it was given. */
	readonly reason: HeldReason | null;
}

/** The places that are free in one decision; `take` gives one away or says why not. */
export class Slots {
	readonly #sessions: Place;
	readonly #suspects: Place;
	readonly #deliveries: Place;
	#claims = 0;
	#last: SlotsAnswer | null = null;

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

	/** How many places were asked for so far, of this controller and of its rollouts. */
	get claims(): number {
		return this.#claims;
	}

	/** What was asked for last, and what was said. */
	get last(): SlotsAnswer | null {
		return this.#last;
	}

	takeSession(machine: Machine): HeldReason | null {
		const reason = this.sessionBar(machine);
		if (!reason) this.occupySession(machine);
		return this.answer("session", reason);
	}

	takeDelivery(machine: Machine): HeldReason | null {
		const reason = this.deliveryBar(machine);
		if (!reason) {
			this.#deliveries.busy += 1;
			this.occupySession(machine);
		}
		return this.answer("delivery", reason);
	}

	/** Why there is no session for it now, without taking one. */
	sessionBar(machine: Machine): HeldReason | null {
		const isSuspect = failedConnections(machine) > 0;
		return full("sessions", this.#sessions) ?? (isSuspect ? full("sessions", this.#suspects) : null);
	}

	deliveryBar(machine: Machine): HeldReason | null {
		return full("deliveries", this.#deliveries) ?? this.sessionBar(machine);
	}

	occupySession(machine: Machine): void {
		this.#sessions.busy += 1;
		if (failedConnections(machine) > 0) this.#suspects.busy += 1;
	}

	/** Remembers what was asked, and says it. */
	answer(claim: Claim, reason: HeldReason | null): HeldReason | null {
		this.#claims += 1;
		this.#last = { claim, reason };
		return reason;
	}
}

interface Place {
	busy: number;
	readonly of: number;
	/** What is said to those who find it full. */
	reason?: SlotsBusy;
}

export type SlotsBusy = Extract<HeldReason, { kind: "slots_busy" }>;

/** null: it is another reason, and one of the machine's own. */
export function slotsBusy(reason: HeldReason): SlotsBusy | null {
	return reason.kind === "slots_busy" ? reason : null;
}

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
		let [machines, changes, reboots] = [0, 0, 0];
		for (const { ring, members, changing, rebooting } of rings) {
			const of = resolveCount(ring.maxConcurrency ?? maxConcurrency, members);
			this.#rings.set(ring.name, { busy: changing, of });
			machines += members;
			changes += changing;
			reboots += rebooting;
		}
		this.#total = { busy: changes, of: resolveCount(maxConcurrency, machines) };
		this.#reboots = { busy: reboots, of: resolveCount(rollout.policy.reboot.concurrency, machines) };
	}

	take(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		const reason = this.installBar(ring, machine, slots);
		if (!reason) this.#occupy(ring, machine, slots);
		return slots.answer("install", reason);
	}

	takeReboot(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		const reason = this.rebootBar(ring, machine, slots);
		if (!reason) {
			this.#occupy(ring, machine, slots);
			this.#reboots.busy += 1;
		}
		return slots.answer("reboot", reason);
	}

	/** Why no install may start there now, without taking a place. */
	installBar(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		const isFull = full("installs", this.#total) ?? full("installs", this.#rings.get(ring) ?? { busy: 0, of: 0 }, ring);
		// What everybody is told comes first: those that are told it need not be asked one by one.
		return isFull ?? slots.sessionBar(machine) ?? this.#changesElsewhere(machine);
	}

	rebootBar(ring: string, machine: Machine, slots: Slots): HeldReason | null {
		return full("reboots", this.#reboots) ?? this.installBar(ring, machine, slots);
	}

	#occupy(ring: string, machine: Machine, slots: Slots): void {
		this.#total.busy += 1;
		const inRing = this.#rings.get(ring);
		if (inRing) inRing.busy += 1;
		slots.occupySession(machine);
	}

	/** An installer of another policy goes on there, perhaps out of contact: two would meet, or a reboot would end it. */
	#changesElsewhere({ name }: Machine): HeldReason | null {
		const other = this.#others.find((each) => isChanging(each, name, this.#now));
		return other ? { kind: "machine_busy", policy: other.policy.name } : null;
	}
}

/** Within one decision nothing becomes free again: what is full says so to everybody alike. */
function full(slots: SlotsBusy["slots"], place: Place, ring?: string): SlotsBusy | null {
	const { busy, of } = place;
	if (busy < of) return null;
	place.reason ??= { kind: "slots_busy", slots, busy, of, ...(ring === undefined ? {} : { ring }) };
	return place.reason;
}
