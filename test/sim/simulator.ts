import type { Event, Outcome } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { Policy } from "../../src/model/policy.ts";
import type { MachineStep, Step } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { decide } from "../../src/plan/decide.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { LOST, outcomeOf, SimMachine, UNREACHABLE } from "./world.ts";

export interface Scenario {
	readonly seed: number;
	readonly machines: number;
	/** Share of installer runs that ask for a later try. */
	readonly failRate: number;
	/** Machines on which every installer fails for good, by index. */
	readonly broken: readonly number[];
	/** Power cuts: which machine, when, for how long; ms. */
	readonly cuts: readonly { readonly machine: number; readonly at: number; readonly forMs: number }[];
	/** Moments at which the daemon is killed and started again from its journal. */
	readonly kills: readonly number[];
	/** Old events told once more: index into the journal, and when. */
	readonly echoes: readonly { readonly index: number; readonly at: number }[];
	/** Wakes that nobody asked for. */
	readonly wakes: readonly number[];
}

interface Happening {
	readonly at: number;
	readonly order: number;
	readonly act: () => void;
}

export interface InstallStart {
	readonly machine: string;
	readonly at: number;
	/** Machines that truly run an installer right then, this one included. */
	readonly running: number;
	readonly installed: ReadonlySet<string>;
}

export const START = Date.parse("2026-11-23T00:00:00Z");

/** The real core on virtual time, over machines with a truth of their own. */
export class Simulator {
	readonly machines: readonly SimMachine[];
	readonly installStarts: InstallStart[] = [];
	readonly journal: Event[] = [];
	readonly everDown = new Set<string>();
	/** Connections cut in the middle of a step, by machine. */
	readonly losses = new Map<string, number>();
	decisions = 0;
	now = START;
	#fleet: Fleet = EMPTY_FLEET;
	readonly #queue: Happening[] = [];
	#order = 0;
	#life = 0;
	#wakeAt: number | null = null;
	readonly #policy: Policy;
	readonly #random: () => number;

	constructor(scenario: Scenario, policy: Policy) {
		this.#policy = policy;
		this.#random = mulberry32(scenario.seed);
		const names = Array.from({ length: scenario.machines }, (_, index) => `m${String(index).padStart(2, "0")}`);
		const broken = new Set(scenario.broken.map((index) => names[index % names.length]));
		this.machines = names.map((name) => {
			return new SimMachine(name, this.#random, { failRate: scenario.failRate, isBroken: broken.has(name) });
		});
		for (const { machine, at, forMs } of scenario.cuts) this.#planCut(machine % scenario.machines, at, forMs);
		for (const at of scenario.kills) this.#at(START + at, () => this.#kill());
		for (const { index, at } of scenario.echoes) this.#at(START + at, () => this.#echo(index));
		for (const at of scenario.wakes) this.#at(START + at, () => this.#turn());
	}

	/** Runs until nothing is left to happen, or the virtual time is up. */
	run(forMs: number): void {
		this.#record([{ kind: "PolicyApplied", policy: this.#policy, source: "sim", at: this.now }]);
		for (const machine of this.machines) this.#announce(machine);
		this.#turn();
		for (;;) {
			const next = this.#next();
			if (next === null || next.at > START + forMs) return;
			this.now = Math.max(this.now, next.at);
			next.act();
		}
	}

	verified(): readonly string[] {
		const progress = this.#fleet.rollouts.get(this.#policy.name)?.progress ?? new Map();
		return this.machines
			.filter(({ name }) => progress.get(name)?.get("app")?.phase === "verified")
			.map(({ name }) => name);
	}

	get fleet(): Fleet {
		return this.#fleet;
	}

	#next(): Happening | null {
		const [first = null] = this.#queue.sort((a, b) => a.at - b.at || a.order - b.order);
		if (this.#wakeAt !== null && (first === null || this.#wakeAt < first.at)) {
			const at = this.#wakeAt;
			this.#wakeAt = null;
			return { at, order: 0, act: () => this.#turn() };
		}
		if (first) this.#queue.shift();
		return first;
	}

	#at(at: number, act: () => void): void {
		this.#queue.push({ at, order: this.#order++, act });
	}

	#record(events: readonly Event[]): void {
		for (const event of events) {
			const next = applyEvent(this.#fleet, event);
			if (next !== this.#fleet) this.journal.push(event);
			this.#fleet = next;
		}
	}

	#turn(): void {
		for (let rounds = 0; rounds < 20; rounds += 1) {
			const { steps, wakeAt } = decide(this.#fleet, [this.#policy], this.now, { sessions: 50, deliveries: 20 });
			this.decisions += 1;
			this.#wakeAt = wakeAt;
			if (steps.length === 0) return;
			this.#record(steps.map((step) => ({ kind: "StepStarted", step, at: this.now })));
			for (const step of steps) this.#perform(step);
		}
	}

	#perform(step: Step): void {
		const life = this.#life;
		const later = (afterMs: number, outcome: () => Outcome) =>
			this.#at(this.now + afterMs, () => this.#finishAndTurn(step, outcome, life));
		switch (step.kind) {
			case "acquire":
				later(5_000, () => ({ kind: "acquired", sizeBytes: 1000, originBytes: 1000, source: "origin" }));
				break;
			case "inspect":
			case "deliver":
			case "install":
			case "follow":
				this.#performOnMachine(step, later);
				break;
			default:
				this.#finish(step, { kind: "recorded" }, life);
		}
	}

	#performOnMachine(step: MachineStep, later: (afterMs: number, outcome: () => Outcome) => void): void {
		const machine = this.#machine(step.machine);
		if (!machine.isUp) {
			later(10_000, () => UNREACHABLE);
			return;
		}
		const takesMs = this.#takes(machine, step);
		later(takesMs, () => outcomeOf(machine, step, this.now));
		if (this.#random() >= 0.03) return;
		this.losses.set(machine.name, (this.losses.get(machine.name) ?? 0) + 1);
		later(takesMs / 2, () => LOST);
	}

	#takes(machine: SimMachine, step: MachineStep): number {
		if (step.kind === "inspect") return 200 + Math.floor(this.#random() * 500);
		if (step.kind === "deliver") return 2_000 + Math.floor(this.#random() * 20_000);
		if (step.kind === "follow") return Math.max(100, (machine.jobs.get(step.attempt)?.endsAt ?? this.now) - this.now);
		const { job, isNew } = machine.startJob(step.attempt, this.now);
		if (isNew) this.#noteInstall(machine.name);
		return Math.max(100, job.endsAt - this.now);
	}

	#noteInstall(machine: string): void {
		for (const each of this.machines) each.settle(this.now);
		const running = this.machines.filter((each) => each.isInstalling(this.now)).length;
		const installed = new Set(this.machines.filter((each) => each.isInstalled).map(({ name }) => name));
		this.installStarts.push({ machine, at: this.now, running, installed });
	}

	#finishAndTurn(step: Step, outcome: () => Outcome, life: number): void {
		if (life !== this.#life) return;
		this.#finish(step, outcome(), life);
		this.#turn();
	}

	#finish(step: Step, outcome: Outcome, life: number): void {
		if (life === this.#life) this.#record([{ kind: "StepFinished", step, outcome, at: this.now }]);
	}

	/** The next life knows what the journal says and nothing else. */
	#kill(): void {
		this.#life += 1;
		this.#fleet = this.journal.reduce(applyEvent, EMPTY_FLEET);
		this.#record(
			[...this.#fleet.running.values()].map(({ step }) => ({ kind: "StepInterrupted", step, at: this.now })),
		);
		this.#turn();
	}

	#echo(index: number): void {
		const event = this.journal[index % Math.max(1, this.journal.length)];
		if (event?.kind === "StepFinished") this.#record([event]);
		this.#turn();
	}

	#planCut(index: number, at: number, forMs: number): void {
		const machine = this.machines[index];
		if (!machine) return;
		this.#at(START + at, () => {
			machine.cut(this.now);
			this.everDown.add(machine.name);
		});
		this.#at(START + at + forMs, () => {
			machine.isUp = true;
			this.#announce(machine);
			this.#turn();
		});
	}

	#announce({ name }: SimMachine): void {
		const seen = { address: "10.0.0.1", port: 22, source: "mdns", groups: [], labels: {} } as const;
		const hostKeys = [{ type: "ssh-ed25519", fingerprint: `SHA256:${name}` }];
		this.#record([{ kind: "MachineSeen", machine: name, ...seen, at: this.now }]);
		if (this.#fleet.machines.get(name)?.trust.kind === "discovered")
			this.#record([{ kind: "MachineApproved", machine: name, hostKeys, by: "sim", at: this.now }]);
	}

	#machine(name: string): SimMachine {
		const machine = this.machines.find((each) => each.name === name);
		if (!machine) throw new Error(`no machine ${name}`);
		return machine;
	}
}

/** A small seeded generator (Tommy Ettinger, public domain): the same seed, the same run. */
function mulberry32(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
