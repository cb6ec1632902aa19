import TinyQueue from "tinyqueue";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { PackageSpec } from "../../src/model/policy.ts";
import type { MachineStep, Step } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { type Decision, decide } from "../../src/plan/decide.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { Random } from "../../src/simulate/random.ts";
import { AWAY } from "./drawn-policy.ts";
import { Operator } from "./operator.ts";
import { type OutsideStep, perform } from "./performer.ts";
import { Promises } from "./promises.ts";
import type { Scenario } from "./scenario.ts";
import type { SimMachine } from "./sim-machine.ts";
import { START } from "./start.ts";
import { befall } from "./troubles.ts";
import { policyOfStep, Truth } from "./truth.ts";

interface Happening {
	readonly at: number;
	readonly order: number;
	readonly act: () => void;
}

interface Ending {
	readonly finish: (outcome: Outcome) => void;
	/** The daemon's life in which it began. */
	readonly life: number;
}

const MINUTE = 60_000;
export const LIMITS = { sessions: 8, deliveries: 3 };
/** A machine that is gone is known to be so after this time. */
const EXPIRY_MS = 2 * MINUTE;
const MOST_ROUNDS = 50;

/** The real core on virtual time, as a daemon that can be killed, over machines with a truth of their own. */
export class Simulator {
	readonly truth: Truth;
	readonly promises: Promises;
	readonly random: Random;
	readonly journal: Event[] = [];
	fleet: Fleet = EMPTY_FLEET;
	decision: Decision = { steps: [], held: [], wakeAt: null };
	decisions = 0;
	readonly #operator: Operator;
	readonly #queue = new TinyQueue<Happening>([], (a, b) => a.at - b.at || a.order - b.order);
	#order = 0;
	#reboots = 0;
	/** Counts the daemon's lives: what one began, the next never hears of. */
	#life = 1;
	#isUp = true;

	constructor(scenario: Scenario) {
		this.truth = new Truth(scenario);
		this.random = new Random(scenario.seed, "world");
		this.promises = new Promises(this);
		this.#operator = new Operator(this);
		for (const trouble of scenario.troubles) this.after(trouble.at, () => befall(this, trouble));
	}

	/** Runs until the virtual time is up. */
	run(forMs: number): void {
		const { truth } = this;
		this.#readPolicies();
		for (const machine of truth.machines.values()) this.#introduce(machine);
		this.turn();
		for (let next = this.#next(); next !== null && next.at <= START + forMs; next = this.#next()) {
			truth.now = Math.max(truth.now, next.at);
			next.act();
		}
		truth.now = START + forMs;
		this.promises.atEnd();
	}

	/** Does it after so long, in true time. */
	after(ms: number, act: () => void): void {
		this.#queue.push({ at: this.truth.now + Math.max(0, Math.ceil(ms)), order: this.#order++, act });
	}

	/** What needs the daemon waits until it is up, and is decided upon at once. */
	tell(act: () => void): void {
		if (this.#isUp) {
			act();
			this.turn();
		} else this.after(MINUTE, () => this.tell(act));
	}

	record(...events: readonly Event[]): void {
		for (const event of events) {
			if (!this.#isUp) return;
			const before = this.fleet;
			const next = applyEvent(before, event);
			if (next === before && event.kind !== "DeliveryChosen") continue;
			this.journal.push(event);
			this.fleet = next;
			this.promises.onEvent(event);
			if (this.#isKilledBy(event)) this.kill(this.truth.scenario.killForMs ?? MINUTE);
		}
	}

	#isKilledBy(event: Event): boolean {
		const { killAfterEvents, killAtReboot } = this.truth.scenario;
		if (this.journal.length === killAfterEvents) return true;
		if (event.kind !== "StepStarted" || event.step.kind !== "reboot") return false;
		this.#reboots += 1;
		return this.#reboots === killAtReboot;
	}

	turn(): void {
		for (let round = 0; this.#isUp; round += 1) {
			if (round > MOST_ROUNDS) throw new Error("the core does not settle");
			this.decision = this.decide(this.truth.clock);
			this.decisions += 1;
			this.promises.onDecision(this.decision);
			const { steps } = this.decision;
			if (steps.length === 0) break;
			this.#begin(steps);
		}
		if (this.#isUp) this.#operator.look(this.decision);
	}

	decide(at: number, fleet = this.fleet): Decision {
		const policies = [...fleet.policies.values()].map(({ policy }) => policy);
		return decide(fleet, policies, at, LIMITS);
	}

	/** The daemon ends without a word, and starts again after a while. */
	kill(forMs: number): void {
		if (!this.#isUp) return;
		this.#isUp = false;
		this.#life += 1;
		this.truth.interruptions += 1;
		this.after(forMs, () => this.#start());
	}

	announce({ name, isOn, labels }: SimMachine): void {
		const seen = { address: "10.0.0.1", port: 22, source: "mdns", groups: [], labels } as const;
		if (isOn) this.record({ kind: "MachineSeen", machine: name, ...seen, at: this.truth.clock });
	}

	/** A person looks at the machine and takes its key for right, as soon as it is known at all. */
	approve(machine: SimMachine): void {
		const { name, fingerprint, isGone } = machine;
		if (isGone) return;
		if (!this.fleet.machines.has(name)) {
			this.after(10 * MINUTE, () => this.tell(() => this.approve(machine)));
			return;
		}
		const hostKeys = [{ type: "ssh-ed25519", fingerprint }];
		this.record({ kind: "MachineApproved", machine: name, hostKeys, by: "eve", at: this.truth.clock });
	}

	/** Off for so long at least; the daemon hears of it later. */
	switchOff(machine: SimMachine, forMs: number): void {
		const { truth } = this;
		machine.stayOff(truth.now, truth.now + forMs);
		this.after(EXPIRY_MS, () => {
			if (machine.isOn) return;
			this.record({ kind: "MachineLost", machine: machine.name, reason: "expired", at: truth.clock });
			this.turn();
		});
		this.after(forMs, () => {
			if (!machine.comeBack(truth.now)) return;
			this.announce(machine);
			this.turn();
			if (this.#isUp) this.promises.onAppearance(machine);
		});
	}

	#introduce(machine: SimMachine): void {
		this.announce(machine);
		if (this.#isUp) this.approve(machine);
		else this.tell(() => this.approve(machine));
	}

	/** The next life knows what the journal says and nothing else. */
	#start(): void {
		const { truth } = this;
		this.#isUp = true;
		const folded = this.journal.reduce(applyEvent, EMPTY_FLEET);
		this.promises.onFold(folded);
		this.fleet = folded;
		const running = [...folded.running.values()];
		this.record(...running.map(({ step }): Event => ({ kind: "StepInterrupted", step, at: truth.clock })));
		this.record({ kind: "DaemonStarted", at: truth.clock });
		this.#readPolicies();
		for (const sha256 of folded.packages.keys())
			if (!truth.store.has(sha256)) this.record({ kind: "PackageLost", sha256, at: truth.clock });
		for (const machine of truth.machines.values()) this.announce(machine);
		this.turn();
	}

	/** Those that are known already change nothing. */
	#readPolicies(): void {
		const { inForce, clock } = this.truth;
		for (const policy of inForce) this.record({ kind: "PolicyApplied", policy, source: "sim", at: clock });
	}

	#next(): Happening | null {
		const happening = this.#queue.peek();
		const { wakeAt } = this.decision;
		const wake = wakeAt === null || !this.#isUp ? Number.POSITIVE_INFINITY : wakeAt - this.truth.clockError;
		if (happening && happening.at <= wake) return this.#queue.pop() ?? null;
		if (wake === Number.POSITIVE_INFINITY) return null;
		return { at: wake, order: 0, act: () => this.#wake() };
	}

	#wake(): void {
		this.promises.beforeWake();
		this.turn();
	}

	#begin(steps: readonly Step[]): void {
		const life = this.#life;
		this.record(...steps.map((step): Event => ({ kind: "StepStarted", step, at: this.truth.clock })));
		for (const step of steps) {
			if (life !== this.#life) return;
			this.promises.onStep(step);
			this.#perform(step, life);
		}
	}

	#perform(step: Step, life: number): void {
		const finish = (outcome: Outcome) => {
			if (life === this.#life) this.record({ kind: "StepFinished", step, outcome, at: this.truth.clock });
		};
		if (isOutside(step)) this.#reachOut(step, { finish, life });
		else if (step.kind === "acquire") this.#acquire(step.sha256, { finish, life });
		else finish({ kind: "recorded" });
	}

	#reachOut(step: OutsideStep, { finish, life }: Ending): void {
		const { takesMs, outcome } = this.#doing(step);
		const look = () => {
			const seen = outcome();
			if (seen === null) {
				this.#later(life, takesMs, look);
				return;
			}
			finish(seen);
			if (seen.kind === "exited" && seen.exitCode !== 1) this.#relabel(step);
		};
		this.#later(life, takesMs, look);
	}

	/** What was installed has another label announced. */
	#relabel(step: OutsideStep): void {
		const { truth } = this;
		if (!truth.scenario.isRelabelling || policyOfStep(step) !== truth.policy.name) return;
		const machine = truth.machine(step.machine);
		machine.labels = { [AWAY]: "yes" };
		this.announce(machine);
	}

	#later(life: number, ms: number, act: () => void): void {
		this.after(ms, () => {
			if (life !== this.#life) return;
			act();
			this.turn();
		});
	}

	#acquire(sha256: string, { finish, life }: Ending): void {
		this.#later(life, 5_000, () => {
			this.truth.store.add(sha256);
			finish({ kind: "acquired", sizeBytes: 1_000, originBytes: 1_000, source: "origin" });
		});
	}

	#doing(step: OutsideStep) {
		const { truth, random } = this;
		const { lossShare, busyShare } = truth.scenario;
		const machine = truth.machine(step.machine);
		const policy = "rollout" in step ? truth.course(step.rollout).policy : truth.policy;
		return perform(step, {
			...{ machine, random, lossShare, busyShare, specs: policy.packages },
			pinned: truth.approved.get(machine.name) ?? [],
			now: () => truth.now,
			clock: () => truth.clock,
			onInstall: (spec: PackageSpec) => this.promises.onInstall(step as MachineStep, spec),
			onReboot: (downMs) => this.#reboot(step as Extract<Step, { kind: "reboot" }>, machine, downMs),
		});
	}

	#reboot(step: Extract<Step, { kind: "reboot" }>, machine: SimMachine, downMs: number): void {
		machine.rebootingSince = this.truth.now;
		machine.rebootingUntil = step.deadline - this.truth.clockError;
		machine.rebootingFor = policyOfStep(step);
		this.promises.onReboot(step, machine);
		this.switchOff(machine, downMs);
	}
}

function isOutside(step: Step): step is OutsideStep {
	return step.kind !== "acquire" && "machine" in step;
}
