import type { Event, Outcome } from "../../src/model/event.ts";
import type { MachineStep, Step } from "../../src/model/step.ts";
import { stablePercentile } from "../../src/plan/stable-hash.ts";
import { FACTS } from "../plan/fleet-of.ts";

/** Machines that keep their own truth, so that the core's answers to them are those of a real fleet. Nothing in it is drawn by chance. */
export class World {
	/** Versions that are installed, and those that are staged, by machine and policy. */
	readonly #installed = new Map<string, string>();
	readonly #staged = new Map<string, string>();

	/** What happens between the step's start and its end, and its end. */
	answer(step: Step, at: number): readonly Event[] {
		const finished: Event = { kind: "StepFinished", step, outcome: this.#outcome(step), at };
		if (step.kind !== "deliver") return [finished];
		const { machine } = step;
		const chosen = { kind: "DeliveryChosen", machine, sha256: "0".repeat(64), method: "agent" } as const;
		return [{ ...chosen, because: "its resident agent answered", at }, finished];
	}

	#outcome(step: Step): Outcome {
		switch (step.kind) {
			case "acquire":
				return { kind: "acquired", sizeBytes: 80e6, originBytes: 80e6, source: "https://origin.example/app.deb" };
			case "read_facts":
				return { kind: "facts_read", machine: FACTS };
			case "reboot":
				return { kind: "rebooted", bootId: `${step.bootId}+` };
			case "inspect":
			case "deliver":
			case "install":
			case "follow":
				return this.#work(step);
			default:
				return { kind: "recorded" };
		}
	}

	#work(step: MachineStep): Outcome {
		const place = `${step.machine} ${policyIn(step)}`;
		const luck = stablePercentile(`${step.machine} ${step.attempt}`, step.rollout);
		if (step.kind === "inspect") return this.#inspect(place, revisionIn(step));
		if (luck < 2) return { kind: "failed", failure: { code: "FS-SSH-TIMEOUT", detail: "no answer within 10 s" } };
		if (step.kind === "deliver") {
			this.#staged.set(place, revisionIn(step));
			return { kind: "delivered", method: "agent", bytes: 80e6, durationMs: 1500 };
		}
		if (luck >= 5) this.#installed.set(place, revisionIn(step));
		return { kind: "exited", exitCode: luck < 5 ? 1 : 0 };
	}

	#inspect(place: string, revision: string): Outcome {
		const version = this.#installed.get(place) === revision ? "2" : "1";
		const isStaged = this.#staged.get(place) === revision;
		const observations = [{ type: "package", version }] as const;
		return { kind: "inspected", facts: { observations, job: { kind: "none" }, isStaged }, machine: FACTS };
	}
}

/** A rollout's id is `name@revision8/run`. */
function policyIn({ rollout }: MachineStep): string {
	return rollout.slice(0, rollout.indexOf("@"));
}

function revisionIn({ rollout }: MachineStep): string {
	return rollout.slice(rollout.indexOf("@") + 1, rollout.indexOf("/"));
}
