import type { Event, Outcome } from "../model/event.ts";
import type { Step } from "../model/step.ts";
import { type Decision, decide } from "../plan/decide.ts";
import type { Limits } from "../plan/slots.ts";
import { Alarm } from "./alarm.ts";
import type { Ledger } from "./ledger.ts";

export interface LoopOptions {
	readonly ledger: Ledger;
	readonly limits: Limits;
	/** Does the step and says what came of it; expected failures are outcomes, a throw is a bug. */
	readonly perform: (step: Step, signal: AbortSignal) => Promise<Outcome>;
	readonly now: () => number;
	readonly onDecision: (decision: Decision, tookMs: number) => void;
	readonly onCrash: (step: Step, error: unknown) => void;
}

/** Record what happened, decide, do: every event wakes it, and one alarm for the moment that the core asked for. */
export class Loop {
	readonly #options: LoopOptions;
	readonly #alarm = new Alarm(() => this.wake());
	readonly #abort = new AbortController();
	readonly #inFlight = new Set<Promise<void>>();
	#onTurn: (() => void)[] = [];
	#isAwake = false;
	#isStopped = false;

	constructor(options: LoopOptions) {
		this.#options = options;
	}

	record(events: readonly Event[]): void {
		if (this.#options.ledger.record(events)) this.wake();
	}

	/** Decides soon, once, however often it is called until then. */
	wake(): void {
		if (this.#isAwake || this.#isStopped) return;
		this.#isAwake = true;
		setImmediate(() => {
			this.#isAwake = false;
			if (!this.#isStopped) this.#turn();
		});
	}

	/** Resolves when the next turn has come to its end. */
	turn(): Promise<void> {
		this.wake();
		return new Promise((resolve) => this.#onTurn.push(resolve));
	}

	decision(): Decision {
		const { ledger, limits, now } = this.#options;
		const policies = [...ledger.fleet.policies.values()].map(({ policy }) => policy);
		return decide(ledger.fleet, policies, now(), limits);
	}

	/** Nothing new starts; what is in flight may end within the time given, then it is cut off and goes on after the next start. */
	async stop(drainMs: number): Promise<void> {
		this.#isStopped = true;
		this.#alarm.stop();
		const deadline = setTimeout(() => this.#abort.abort(new Error("the daemon stops")), drainMs);
		await Promise.all(this.#inFlight);
		clearTimeout(deadline);
	}

	/** Started steps are on the disk before the first of them acts; until it has them, others are answered and the next turn may come. */
	#turn(): void {
		const { ledger, now, onDecision } = this.#options;
		const beganAt = performance.now();
		const decision = this.decision();
		const tookMs = performance.now() - beganAt;
		ledger.record(decision.steps.map((step) => ({ kind: "StepStarted", step, at: now() })));
		const onDisk = ledger.onDisk();
		for (const step of decision.steps) this.#start(step, onDisk);
		this.#alarm.set(decision.wakeAt);
		onDecision(decision, tookMs);
		for (const resolve of this.#onTurn.splice(0)) void onDisk.then(resolve);
	}

	#start(step: Step, onDisk: Promise<void>): void {
		const done = onDisk.then(() => this.#do(step)).finally(() => this.#inFlight.delete(done));
		this.#inFlight.add(done);
	}

	async #do(step: Step): Promise<void> {
		// The next start finds it begun and reads the facts.
		if (this.#isStopped) return;
		const { perform, onCrash, now } = this.#options;
		const signal = this.#abort.signal;
		const outcome = await perform(step, signal).catch((error: unknown): Outcome => {
			onCrash(step, error);
			return { kind: "failed", failure: { code: "FS-STEP-CRASHED", detail: `${step.kind}: ${String(error)}` } };
		});
		// What was cut off by our own stop has no outcome: the next start reads the facts.
		if (!signal.aborted) this.record([{ kind: "StepFinished", step, outcome, at: now() }]);
	}
}
