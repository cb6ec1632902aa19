import TinyQueue from "tinyqueue";
import type { Event, Outcome } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { LedgerStep, Step } from "../model/step.ts";
import { applyEvent } from "../plan/apply-event.ts";
import { type DecisionInLists, decideInLists } from "../plan/decide.ts";
import { EMPTY_FLEET } from "../plan/empty-fleet.ts";
import type { Held } from "../plan/held.ts";
import type { Limits } from "../plan/slots.ts";
import { MachineModel } from "./machine-model.ts";
import type { ModelledMachine } from "./modelled-machine.ts";
import { Operator } from "./operator.ts";
import { acquire, type Doing, perform } from "./performer.ts";
import { Random } from "./random.ts";
import { Recorder } from "./recorder.ts";
import { sample } from "./sample.ts";
import type { Sample } from "./timeline.ts";

export interface Scenario {
	readonly policy: Policy;
	readonly machines: readonly ModelledMachine[];
	/** ms since the epoch. */
	readonly start: number;
	readonly end: number;
	readonly seed: number;
	/** How long people take to approve and to promote; null: nobody does. */
	readonly answerMs: number | null;
	readonly limits: Limits;
	/** When the controller is off. */
	readonly outages: readonly Outage[];
}

/** ms since the epoch; it is back at `to`. */
export interface Outage {
	readonly from: number;
	readonly to: number;
}

interface Happening {
	readonly at: number;
	readonly order: number;
	readonly act: () => void;
}

interface Place {
	readonly machine: ModelledMachine;
	readonly model: MachineModel;
	readonly random: Random;
}

/** A daemon hears of much at once: what happens within this time is decided upon together, ms for each so many machines. */
const TICK_MS = 1_000;
const MACHINES_PER_TICK = 1_000;
/** Machines that are away are looked for no more often than this. */
const PATIENCE_MS = 300_000;
/** How long after it is gone a machine is known to be. */
const EXPIRY_MS = 120_000;
const BUSY_SAMPLE_MS = 600_000;
const IDLE_SAMPLE_MS = 3 * 3_600_000;

/** The real core on virtual time, over a modelled fleet. */
export class Simulation {
	readonly scenario: Scenario;
	readonly recorder: Recorder;
	readonly samples: Sample[] = [];
	fleet: Fleet = EMPTY_FLEET;
	decision: DecisionInLists = { steps: [], held: [], wakeAt: null };
	decisions = 0;
	now: number;
	readonly #queue = new TinyQueue<Happening>([], (a, b) => a.at - b.at || a.order - b.order);
	readonly #places: ReadonlyMap<string, Place>;
	readonly #operator: Operator;
	readonly #tickMs: number;
	readonly #random: Random;
	#order = 0;
	/** The last decision's reasons, each once where many machines in a row have the same. */
	#told: readonly Held[] = [];
	#sampledAt = Number.NEGATIVE_INFINITY;
	/** What happened while the controller was off: it hears of it when it is back. */
	#unheard: Event[] = [];

	constructor(scenario: Scenario) {
		const { policy, machines, seed, start, answerMs } = scenario;
		this.scenario = scenario;
		this.now = start;
		this.recorder = new Recorder(policy.name);
		this.#random = new Random(seed, "origin");
		this.#tickMs = TICK_MS * Math.max(1, Math.ceil(machines.length / MACHINES_PER_TICK));
		this.#places = new Map(machines.map((machine) => [machine.name, placeOf(machine, seed)]));
		this.#operator = new Operator(policy, answerMs, this.recorder);
	}

	/** Plays it to its end. `onHour` is told how far it is, 0 to 1, after each virtual hour. */
	run(onHour?: (share: number) => void): void {
		const { start, end, policy } = this.scenario;
		for (const place of this.#places.values()) this.#introduce(place);
		for (const outage of this.scenario.outages) this.#plan(outage);
		this.#record({ kind: "PolicyApplied", policy, source: "the file given", at: start });
		this.#turn();
		let told = start;
		for (let at = this.#nextAt(); at <= end; at = this.#nextAt()) {
			this.now = at;
			while ((this.#queue.peek()?.at ?? Number.POSITIVE_INFINITY) <= at) this.#queue.pop()?.act();
			if (this.#outage === null) this.#turn();
			if (at - told < 3_600_000) continue;
			told = at;
			onHour?.((at - start) / (end - start));
		}
		this.now = end;
		this.samples.push(sample(this.fleet, policy.name, end));
	}

	/** The tick in which something happens next. */
	#nextAt(): number {
		const happening = this.#queue.peek()?.at ?? Number.POSITIVE_INFINITY;
		const at = Math.min(happening, this.#wakeAt());
		return Number.isFinite(at) ? Math.max(this.now, Math.ceil(at / this.#tickMs) * this.#tickMs) : at;
	}

	#wakeAt(): number {
		const { wakeAt } = this.decision;
		if (wakeAt === null || this.#outage !== null) return Number.POSITIVE_INFINITY;
		const isForAbsent = this.#told.some(
			({ until, reason }) => until === wakeAt && reason.kind === "waiting_for_machine",
		);
		return isForAbsent ? Math.ceil(wakeAt / PATIENCE_MS) * PATIENCE_MS : wakeAt;
	}

	#turn(): void {
		const { policy, limits } = this.scenario;
		let isSettled = false;
		while (!isSettled) {
			this.decision = decideInLists(this.fleet, [policy], this.now, limits);
			this.decisions += 1;
			isSettled = true;
			for (const step of this.decision.steps) {
				this.#record({ kind: "StepStarted", step, at: this.now });
				if (this.#start(step) === "recorded") isSettled = false;
			}
		}
		this.#told = this.decision.held.flatMap(toldIn);
		this.recorder.sawDecision(this.#told, this.now);
		for (const { at, event } of this.#operator.answers(this.#told, this.#rollout(), this.now))
			this.#at(at, () => this.#record({ ...event, at }));
		this.#sample();
	}

	#rollout(): string {
		return this.fleet.rollouts.get(this.scenario.policy.name)?.id ?? "";
	}

	#start(step: Step): "recorded" | "under way" {
		const { now } = this;
		const finish = (outcome: Outcome, at: number) => this.#record({ kind: "StepFinished", step, outcome, at });
		if (isLedger(step)) {
			finish({ kind: "recorded" }, now);
			return "recorded";
		}
		const { takesMs, outcome } = this.#doing(step);
		const at = now + Math.max(1, Math.round(takesMs));
		this.#at(at, () => finish(outcome(), at));
		return "under way";
	}

	#doing(step: Exclude<Step, LedgerStep>): Doing {
		if (step.kind === "acquire") return acquire(step, this.#random);
		const place = this.#places.get(step.machine);
		if (!place) throw new Error(`${step.machine}: not in the modelled fleet`);
		const rollout = "rollout" in step ? this.fleet.rollouts.get(this.scenario.policy.name) : undefined;
		return perform(step, { ...place, policy: rollout?.policy ?? this.scenario.policy, now: this.now });
	}

	get #outage(): Outage | null {
		return this.scenario.outages.find(({ from, to }) => from <= this.now && this.now < to) ?? null;
	}

	#plan({ from, to }: Outage): void {
		this.#at(from, () => this.recorder.note({ kind: "controller_off", at: from }));
		this.#at(to, () => {
			this.recorder.note({ kind: "controller_back", at: to });
			for (const event of this.#unheard.splice(0)) this.#record({ ...event, at: to });
		});
	}

	/** It was there before the policy came: known, approved, and away if it is off now. */
	#introduce({ machine, model }: Place): void {
		const { start, end } = this.scenario;
		this.#announce(machine, start);
		this.#record({ kind: "MachineApproved", machine: machine.name, hostKeys: [], by: "model", at: start });
		const { shifts } = machine;
		const isOn = shifts.length === 0 || shifts.some(({ onAt, offAt }) => onAt <= start && start < offAt);
		if (!isOn) this.#goAway(model, start, 0);
		for (const { onAt, offAt } of shifts) {
			if (onAt > start && onAt < end) this.#at(onAt, () => this.#comeBack(machine, model, onAt));
			if (offAt > start && offAt < end) this.#at(offAt, () => this.#goAway(model, offAt, EXPIRY_MS));
		}
	}

	#comeBack(machine: ModelledMachine, model: MachineModel, at: number): void {
		model.powerOn();
		this.#announce(machine, at);
	}

	#goAway(model: MachineModel, at: number, expiryMs: number): void {
		model.powerOff(at);
		const lostAt = at + expiryMs;
		const lose = () => {
			if (!model.isOn) this.#record({ kind: "MachineLost", machine: model.name, reason: "expired", at: lostAt });
		};
		if (expiryMs === 0) lose();
		else this.#at(lostAt, lose);
	}

	#announce({ name, groups, labels }: ModelledMachine, at: number): void {
		const seen = { address: "192.0.2.1", port: 22, source: "mdns", groups, labels } as const;
		this.#record({ kind: "MachineSeen", machine: name, ...seen, at });
	}

	#record(event: Event): void {
		if (this.#outage !== null) {
			this.#unheard.push(event);
			return;
		}
		this.fleet = applyEvent(this.fleet, event);
		this.recorder.sawEvent(event, this.fleet);
	}

	#at(at: number, act: () => void): void {
		this.#queue.push({ at, order: this.#order++, act });
	}

	#sample(): void {
		const everyMs = this.fleet.running.size > 0 ? BUSY_SAMPLE_MS : IDLE_SAMPLE_MS;
		if (this.now - this.#sampledAt < everyMs) return;
		this.#sampledAt = this.now;
		this.samples.push(sample(this.fleet, this.scenario.policy.name, this.now));
	}
}

function placeOf(machine: ModelledMachine, seed: number): Place {
	const model = new MachineModel(machine.name, machine.hardware);
	return { machine, model, random: new Random(seed, machine.name) };
}

/** Lists that are kept from one decision to the next are looked at once. */
const known = new WeakMap<readonly Held[], readonly Held[]>();

function toldIn(held: readonly Held[]): readonly Held[] {
	const told = known.get(held) ?? toldAnew(held);
	known.set(held, told);
	return told;
}

function toldAnew(held: readonly Held[]): readonly Held[] {
	const told: Held[] = [];
	let last: Held["reason"] | null = null;
	for (const each of held) {
		if (each.reason !== last) told.push(each);
		last = each.reason;
	}
	return told;
}

function isLedger(step: Step): step is LedgerStep {
	return step.kind !== "acquire" && !("machine" in step);
}
