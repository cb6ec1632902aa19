import { Gauge, type Registry } from "prom-client";
import type { AppliedPolicy, Fleet } from "../../model/fleet.ts";
import type { Machine } from "../../model/machine.ts";
import type { Held } from "../../plan/held.ts";
import { membership } from "../../plan/rings.ts";
import { countRollout, rostersOfRollouts } from "../../plan/rollout-count.ts";

const TRUSTS: readonly Machine["trust"]["kind"][] = ["discovered", "approved", "quarantined"];
const PRESENCES: readonly Machine["presence"]["kind"][] = ["never_seen", "present", "silent", "unreachable"];
const STATES = ["waiting", "running", "paused", "halted", "finished"] as const;

interface Glance {
	readonly fleet: Fleet;
	/** As last decided. */
	readonly held: readonly Held[];
	readonly now: number;
}

/** What the fleet is like at the moment of a scrape. No label is ever a machine's name. */
export class FleetGauges {
	readonly #machines;
	readonly #rollouts;
	readonly #ringMachines;
	readonly #heldMachines;
	readonly #heldPolicies;
	readonly #stepsInFlight;
	readonly #paused;

	constructor(registry: Registry) {
		const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
			new Gauge({ name: `fleetseed_${name}`, help, labelNames, registers: [registry] });
		this.#machines = gauge("machines", "Machines known, by trust and presence.", ["trust", "presence"]);
		this.#rollouts = gauge("rollouts", "Policies, by the state of their current rollout.", ["state"]);
		this.#ringMachines = gauge("ring_machines", "Machines of a ring of a current rollout, by where they stand.", [
			"policy",
			"ring",
			"state",
		]);
		this.#heldMachines = gauge("held_machines", "Machines that wait, by reason.", ["reason"]);
		this.#heldPolicies = gauge("held_policies", "Policies that wait as a whole, by reason.", ["reason"]);
		this.#stepsInFlight = gauge("steps_in_flight", "Steps begun that have not ended.", ["step"]);
		this.#paused = gauge("paused", "1 while everything is paused.");
	}

	set({ fleet, held, now }: Glance): void {
		for (const gauge of [this.#machines, this.#ringMachines, this.#heldMachines, this.#heldPolicies]) gauge.reset();
		this.#stepsInFlight.reset();
		for (const trust of TRUSTS) for (const presence of PRESENCES) this.#machines.set({ trust, presence }, 0);
		for (const { trust, presence } of fleet.machines.values())
			this.#machines.inc({ trust: trust.kind, presence: presence.kind });
		for (const { machine, reason } of held)
			(machine === null ? this.#heldPolicies : this.#heldMachines).inc({ reason: reason.kind });
		for (const { step } of fleet.running.values()) this.#stepsInFlight.inc({ step: step.kind });
		this.#paused.set(fleet.pause ? 1 : 0);
		this.#setRollouts(fleet, now);
	}

	#setRollouts(fleet: Fleet, now: number): void {
		for (const state of STATES) this.#rollouts.set({ state }, 0);
		const rosters = rostersOfRollouts(fleet);
		for (const applied of fleet.policies.values()) {
			const rollout = fleet.rollouts.get(applied.policy.name);
			const isFinished = rollout !== undefined && countRollout(fleet, rollout, now, rosters).isFinished;
			this.#rollouts.inc({ state: stateOf(fleet, applied, isFinished) });
		}
		for (const rollout of fleet.rollouts.values()) {
			if (!rosters.has(rollout.policy)) continue;
			for (const { ring, ...count } of membership(fleet, rollout, now, rosters).rings) {
				const { members, verified, failed, leftOut, unreachable } = count;
				const set = (state: string, value: number) =>
					this.#ringMachines.set({ policy: rollout.policy.name, ring: ring.name, state }, value);
				set("verified", verified);
				set("failed", failed);
				set("left_out", leftOut);
				set("unreachable", unreachable);
				set("open", members - verified - failed - leftOut - unreachable);
			}
		}
	}
}

function stateOf(fleet: Fleet, { policy, pause }: AppliedPolicy, isFinished: boolean): (typeof STATES)[number] {
	const rollout = fleet.rollouts.get(policy.name);
	if (rollout?.halt) return "halted";
	if (isFinished) return "finished";
	if (pause ?? fleet.pause) return "paused";
	return rollout ? "running" : "waiting";
}
