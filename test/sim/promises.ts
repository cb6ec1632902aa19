import { isDeepStrictEqual } from "node:util";
import type { Event } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { PackageSpec } from "../../src/model/policy.ts";
import { type MachineStep, type RebootStep, type Step, stepKey } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import type { Decision } from "../../src/plan/decide.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { fleetFromJson, fleetToJson } from "../../src/plan/fleet-json.ts";
import { bookEvent } from "./book.ts";
import { checkConvergence } from "./convergence.ts";
import { checkInstall } from "./install-promises.ts";
import { checkReasons } from "./reason-promises.ts";
import { checkReboot } from "./reboot-promises.ts";
import type { SimMachine } from "./sim-machine.ts";
import type { Simulator } from "./simulator.ts";
import { checkStep } from "./step-promises.ts";

/** Fails unless it holds. What is promised is said as a sentence. */
export type Keep = (promise: string, holds: boolean, detail: () => string) => void;

export class BrokenPromise extends Error {}

/** Share of decisions that are taken once more from a fleet without any memory (the next few after a clock is set all are), and of wakes that are tried too early. */
const AGAIN_SHARE = 0.05;
const EARLY_SHARE = 0.2;
const CLOCK_NEW_MS = 10_000;

/** Checks what the daemon promises against what happened on the machines, not against the core's opinion. */
export class Promises {
	/** How often each was checked. */
	readonly tally = new Map<string, number>();
	readonly #sim: Simulator;

	constructor(sim: Simulator) {
		this.#sim = sim;
	}

	onEvent(event: Event): void {
		bookEvent(this.#sim, event, this.#keep);
	}

	onStep(step: Step): void {
		checkStep(this.#sim, step, this.#keep);
	}

	/** After the decision that follows its announcement. */
	onAppearance({ name, hostKey }: SimMachine): void {
		const isAwaited = this.#sim.decision.held.some(
			({ machine, reason }) => machine === name && reason.kind === "waiting_for_machine",
		);
		this.#keep("a machine that appears is waited for no more", !isAwaited || hostKey > 1, () => name);
	}

	/** Before the installer begins. */
	onInstall(step: MachineStep, spec: PackageSpec): void {
		checkInstall(this.#sim, step, spec, this.#keep);
	}

	/** Before the machine goes down. */
	onReboot(step: RebootStep, machine: SimMachine): void {
		checkReboot(this.#sim, step, machine, this.#keep);
	}

	onDecision(decision: Decision): void {
		const { fleet, random, truth } = this.#sim;
		checkReasons(this.#sim, decision, this.#keep);
		const isClockNew = truth.clockSetAt !== null && truth.now - truth.clockSetAt < CLOCK_NEW_MS;
		if (!random.happens(AGAIN_SHARE) && !isClockNew) return;
		const again = this.#sim.decide(truth.clock, fleetFromJson(JSON.parse(JSON.stringify(fleetToJson(fleet)))));
		const isSame = isDeepStrictEqual(again, decision);
		this.#keep("a decision is a function of the journal", isSame, () => difference(decision, again));
	}

	/** Nobody is woken late: a moment before the time nothing could be done yet. */
	beforeWake(): void {
		const { random, truth } = this.#sim;
		if (!random.happens(EARLY_SHARE)) return;
		const { steps } = this.#sim.decide(truth.clock - 1);
		const text = () => steps.map(stepKey).join(", ");
		this.#keep("what waits for a time is begun at that time", steps.length === 0, text);
	}

	onFold(folded: Fleet): void {
		const [live, after] = [fleetToJson(this.#sim.fleet), fleetToJson(folded)];
		this.#keep("the journal says all", isDeepStrictEqual(live, after), () => difference(live, after));
	}

	/** A late outcome, told once more. */
	onEcho(event: Event): void {
		if (!("step" in event)) return;
		const { fleet } = this.#sim;
		const running = fleet.running.get(stepKey(event.step))?.step;
		if (running) return;
		const isUnmoved = applyEvent(fleet, event) === fleet;
		this.#keep("what is told twice happens once", isUnmoved, () => stepKey(event.step));
	}

	atEnd(): void {
		this.onFold(this.#sim.journal.reduce(applyEvent, EMPTY_FLEET));
		checkConvergence(this.#sim, this.#keep);
	}

	#keep: Keep = (promise, holds, detail) => {
		this.tally.set(promise, (this.tally.get(promise) ?? 0) + 1);
		if (holds) return;
		const at = new Date(this.#sim.truth.now).toISOString();
		throw new BrokenPromise(`${promise}: not so at ${at}: ${detail()}`);
	};
}

function difference(a: unknown, b: unknown): string {
	const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
	let from = 0;
	while (from < left.length && left[from] === right[from]) from += 1;
	return `${left.slice(Math.max(0, from - 100), from + 200)}\n  is not ${right.slice(Math.max(0, from - 100), from + 200)}`;
}
