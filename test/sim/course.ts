import type { Policy } from "../../src/model/policy.ts";
import type { TaskRef } from "../../src/model/step.ts";

/** What truly happened in one rollout, written down as it happened; nothing in it is the core's opinion. */
export class Course {
	readonly policy: Policy;
	/** Machines to which an install was sent, whether or not it reached them. */
	readonly sent = new Set<string>();
	/** When an installer first truly began, by machine; true time. */
	readonly started = new Map<string, number>();
	/** Machines whose installer failed more often than is retried, as the journal was told. */
	readonly failed = new Set<string>();
	/** Machines that a person had retried. */
	readonly requested = new Set<string>();
	/** Rings that a person let go on. */
	readonly promoted = new Set<string>();
	isAborted = false;
	/** It takes machines back to the revision before. */
	isRestoring = false;
	readonly #failures = new Map<string, Set<number>>();

	constructor(policy: Policy) {
		this.policy = policy;
	}

	noteFailure({ machine, package: name, attempt }: TaskRef): void {
		const key = `${machine} ${name}`;
		const attempts = this.#failures.get(key) ?? new Set();
		this.#failures.set(key, attempts.add(attempt));
		if (attempts.size > this.policy.retries.max) this.failed.add(machine);
	}

	/** It is another machine now, under the same name. */
	beginAnew(machine: string): void {
		this.retry(machine);
		this.started.delete(machine);
	}

	/** A person's retry makes the failure undone. */
	retry(machine: string): void {
		this.failed.delete(machine);
		this.requested.add(machine);
		for (const key of this.#failures.keys()) if (key.startsWith(`${machine} `)) this.#failures.delete(key);
	}
}
