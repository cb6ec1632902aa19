import type { Event } from "../model/event.ts";
import type { Fleet, Rollout } from "../model/fleet.ts";
import { machineOf, type Step } from "../model/step.ts";
import type { Held, HeldReason } from "../plan/held.ts";
import { ringOf } from "../plan/roster.ts";
import { machineStanding } from "../plan/seat.ts";
import { tasksOf } from "../plan/task.ts";
import { PeakOf } from "./peak-of.ts";
import type { Moment } from "./timeline.ts";

/** What one machine has come to. */
interface Ending {
	readonly at: number;
	readonly ring: string | null;
}

/** Watches the events and decisions of one policy go by, and notes what a person would want to know of them. */
export class Recorder {
	readonly moments: Moment[] = [];
	readonly verified = new Map<string, Ending>();
	readonly failed = new Map<string, Ending & { readonly code: string }>();
	readonly ringStarts = new Map<string, number>();
	readonly promotions = new Map<string, number>();
	readonly peaks = { installs: new PeakOf(), reboots: new PeakOf(), deliveries: new PeakOf(), sessions: new PeakOf() };
	events = 0;
	readonly #policy: string;
	#isStopped = false;

	constructor(policy: string) {
		this.#policy = policy;
	}

	sawEvent(event: Event, fleet: Fleet): void {
		this.events += 1;
		if (event.kind === "StepStarted") this.#started(event.step, fleet, event.at);
		if (event.kind === "StepFinished") this.#finished(event, fleet);
	}

	sawDecision(held: readonly Held[], now: number): void {
		const brake = held.find(({ reason }) => isBrake(reason));
		if (brake && !this.#isStopped) this.note({ kind: "stopped", reason: brake.reason, at: now });
		this.#isStopped = brake !== undefined;
	}

	note(moment: Moment): void {
		this.moments.push(moment);
	}

	#started(step: Step, fleet: Fleet, at: number): void {
		if (machineOf(step) !== null) this.peaks.sessions.up(at);
		for (const peak of this.#peaksOf(step)) peak.up(at);
		if (step.kind !== "install") return;
		const ring = this.#ringOf(fleet, step.machine);
		if (ring === null || this.ringStarts.has(ring)) return;
		this.ringStarts.set(ring, at);
		this.note({ kind: "ring_started", ring, machine: step.machine, at });
	}

	#finished({ step, outcome, at }: Extract<Event, { kind: "StepFinished" }>, fleet: Fleet): void {
		if (machineOf(step) !== null) this.peaks.sessions.down();
		for (const peak of this.#peaksOf(step)) peak.down();
		if (step.kind === "acquire" && outcome.kind === "acquired")
			this.note({ kind: "package_held", sha256: step.sha256, at });
		this.#noteLedger(step, fleet, at);
		const machine = machineOf(step);
		const rollout = fleet.rollouts.get(this.#policy);
		if (machine !== null && rollout) this.#settled(rollout, fleet, machine, at);
	}

	#peaksOf({ kind }: Step): readonly PeakOf[] {
		if (kind === "install" || kind === "follow") return [this.peaks.installs];
		if (kind === "reboot") return [this.peaks.reboots];
		return kind === "deliver" ? [this.peaks.deliveries] : [];
	}

	#noteLedger(step: Step, fleet: Fleet, at: number): void {
		switch (step.kind) {
			case "begin":
				this.#beginAgain();
				if (step.restores) this.note({ kind: "went_back", revision: step.revision, why: step.restores.why, at });
				else this.note({ kind: "run_began", run: step.run, at });
				break;
			case "soak":
				this.note({ kind: "ring_soaks", ring: step.ring, at });
				break;
			case "promote":
				if (fleet.rollouts.get(this.#policy)?.policy.rollout.rings.at(-1)?.name === step.ring) break;
				this.promotions.set(step.ring, at);
				this.note({ kind: "ring_promoted", ring: step.ring, at });
				break;
			case "queue":
				this.note({ kind: "run_queued", run: step.run, at });
				break;
			case "miss":
				this.note({ kind: "run_missed", run: step.run, at });
				break;
			case "halt":
				this.note({ kind: "halted", why: step.why, at });
		}
	}

	/** What is counted is the last run: its rings start anew. */
	#beginAgain(): void {
		for (const kept of [this.verified, this.failed, this.ringStarts, this.promotions]) kept.clear();
	}

	#settled(rollout: Rollout, fleet: Fleet, name: string, at: number): void {
		const machine = fleet.machines.get(name);
		if (!machine) return;
		const standing = machineStanding(rollout, machine, at);
		const ring = ringOf(rollout.policy, machine)?.name ?? null;
		if (standing === "verified" && !this.verified.has(name)) this.verified.set(name, { at, ring });
		if (standing === "failed" && !this.failed.has(name)) this.#failed(rollout, name, { at, ring });
		if (standing !== "verified") this.verified.delete(name);
	}

	#failed(rollout: Rollout, machine: string, ending: Ending): void {
		const { failure } = tasksOf(rollout, machine).find(({ task }) => task.phase === "failed")?.task ?? {};
		const said = failure ?? rollout.reboots.get(machine)?.failure;
		const code = said?.code ?? "FS-MACHINE-ABSENT";
		if (this.failed.size === 0)
			this.note({ kind: "first_failure", machine, why: said?.detail ?? "it stayed away", at: ending.at });
		this.failed.set(machine, { ...ending, code });
	}

	#ringOf(fleet: Fleet, name: string): string | null {
		const machine = fleet.machines.get(name);
		const policy = fleet.rollouts.get(this.#policy)?.policy;
		return machine && policy ? (ringOf(policy, machine)?.name ?? null) : null;
	}
}

function isBrake({ kind }: HeldReason): boolean {
	return kind === "budget_spent" || kind === "no_progress";
}
