import type { OperatorEvent } from "../model/event.ts";
import type { Policy } from "../model/policy.ts";
import type { Held } from "../plan/held.ts";
import type { Recorder } from "./recorder.ts";

interface Answer {
	readonly at: number;
	readonly event: OperatorEvent;
}

/** The people of the model: they approve and promote what waits for them, after a while, and mend nothing. */
export class Operator {
	readonly #policy: Policy;
	readonly #answerMs: number | null;
	readonly #recorder: Recorder;
	readonly #asked = new Set<string>();

	constructor(policy: Policy, answerMs: number | null, recorder: Recorder) {
		this.#policy = policy;
		this.#answerMs = answerMs;
		this.#recorder = recorder;
	}

	/** What they will do about what is decided, each once. */
	answers(held: readonly Held[], rollout: string, now: number): readonly Answer[] {
		if (this.#answerMs === null) return [];
		const at = now + this.#answerMs;
		const answers: Answer[] = [];
		for (const { reason } of held) {
			if (reason.kind === "approval_pending" && this.#isNew("approval")) answers.push(...this.#approve(at));
			if (reason.kind === "promotion_pending" && this.#isNew(`${rollout} ${reason.ring}`))
				answers.push(this.#promote(reason.ring, at));
		}
		return answers;
	}

	#isNew(question: string): boolean {
		const isNew = !this.#asked.has(question);
		this.#asked.add(question);
		return isNew;
	}

	#approve(at: number): readonly Answer[] {
		const { name: policy, revision, approval } = this.#policy;
		const { required = 0, approvers = [] } = approval ?? {};
		const people = Array.from({ length: required }, (_, index) => approvers[index] ?? `person-${index + 1}`);
		this.#recorder.note({ kind: "person", act: "approves", ring: null, at });
		return people.map((by) => ({ at, event: { kind: "PolicyApproved", policy, revision, by } }));
	}

	#promote(ring: string, at: number): Answer {
		this.#recorder.note({ kind: "person", act: "promotes", ring, at });
		return { at, event: { kind: "RingPromoted", policy: this.#policy.name, ring, by: "person-1" } };
	}
}
