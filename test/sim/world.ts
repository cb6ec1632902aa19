import type { Outcome } from "../../src/model/event.ts";
import type { PackageFacts } from "../../src/model/facts.ts";
import type { MachineStep } from "../../src/model/step.ts";

interface Job {
	readonly startedAt: number;
	readonly endsAt: number;
	readonly exitCode: number;
	isLost: boolean;
}

export interface Fate {
	/** Share of installer runs that ask for a later try. */
	readonly failRate: number;
	/** Every installer fails here, for good. */
	readonly isBroken: boolean;
}

/** One simulated machine with a truth of its own, that the core learns of only by steps. */
export class SimMachine {
	readonly name: string;
	isUp = true;
	isStaged = false;
	isInstalled = false;
	readonly jobs = new Map<number, Job>();
	readonly #random: () => number;
	readonly #fate: Fate;

	constructor(name: string, random: () => number, fate: Fate) {
		this.name = name;
		this.#random = random;
		this.#fate = fate;
	}

	/** A job that ended by `now` leaves its mark; the core is not asked. */
	settle(now: number): void {
		for (const job of this.jobs.values())
			if (!job.isLost && job.endsAt <= now && job.exitCode === 0) this.isInstalled = true;
	}

	isInstalling(now: number): boolean {
		return [...this.jobs.values()].some((job) => !job.isLost && job.startedAt <= now && now < job.endsAt);
	}

	/** Power is cut: what ran is lost without a result. */
	cut(now: number): void {
		this.settle(now);
		this.isUp = false;
		for (const job of this.jobs.values()) if (job.endsAt > now) job.isLost = true;
	}

	/** Starts the attempt's job, or joins it: a key never runs twice. Returns when the job ends, and whether it is new. */
	startJob(attempt: number, now: number): { readonly job: Job; readonly isNew: boolean } {
		const known = this.jobs.get(attempt);
		if (known) return { job: known, isNew: false };
		const asksForLater = this.#random() < this.#fate.failRate;
		const exitCode = this.#fate.isBroken ? 1 : asksForLater ? 75 : 0;
		const job = { startedAt: now, endsAt: now + 1_000 + Math.floor(this.#random() * 30_000), exitCode, isLost: false };
		this.jobs.set(attempt, job);
		return { job, isNew: true };
	}

	facts(attempt: number, now: number): PackageFacts {
		this.settle(now);
		const observations = [{ type: "package" as const, version: this.isInstalled ? "2" : null }];
		return { observations, job: this.#jobState(attempt, now), isStaged: this.isStaged };
	}

	#jobState(attempt: number, now: number): PackageFacts["job"] {
		const job = this.jobs.get(attempt);
		if (!job) return { kind: "none" };
		if (job.isLost) return { kind: "lost" };
		return job.endsAt > now ? { kind: "running" } : { kind: "exited", exitCode: job.exitCode };
	}
}

export const UNREACHABLE: Outcome = { kind: "failed", failure: { code: "FS-SSH-TIMEOUT", detail: "no answer" } };
export const LOST: Outcome = { kind: "failed", failure: { code: "FS-SSH-LOST", detail: "cut" } };

/** What a step brings when it ends, asked at its end; `null`: it goes on until the job ends. */
export function outcomeOf(machine: SimMachine, step: MachineStep, now: number): Outcome {
	if (!machine.isUp) return LOST;
	switch (step.kind) {
		case "inspect":
			return { kind: "inspected", facts: machine.facts(step.attempt, now) };
		case "deliver":
			machine.isStaged = true;
			return { kind: "delivered", method: "agent", bytes: 1000, durationMs: 1000 };
		default: {
			const job = machine.jobs.get(step.attempt);
			machine.settle(now);
			return job && !job.isLost ? { kind: "exited", exitCode: job.exitCode } : LOST;
		}
	}
}
