import type { DeliveryMethod } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { Machine } from "./machine.ts";
import type { Policy } from "./policy.ts";
import type { RolloutId, Step } from "./step.ts";

/** All that is known, folded from the journal. Treat as a value: `applyEvent` returns a new one, or the same one when nothing changed. */
export interface Fleet {
	readonly machines: ReadonlyMap<string, Machine>;
	/** The last good revision of each policy, by name. */
	readonly policies: ReadonlyMap<
		string,
		{ readonly policy: Policy; readonly appliedAt: number; readonly source: string }
	>;
	readonly packages: ReadonlyMap<string, PackageState>;
	/** The current rollout of each policy, by policy name. */
	readonly rollouts: ReadonlyMap<string, Rollout>;
	/** Steps started and not finished, by step key. */
	readonly running: ReadonlyMap<string, { readonly step: Step; readonly at: number }>;
	readonly pause: { readonly by: string; readonly reason: string; readonly at: number } | null;
}

/** A package in the controller's store, by hex SHA-256. */
export type PackageState =
	| { readonly kind: "held"; readonly sizeBytes: number; readonly originBytes: number }
	| { readonly kind: "refused"; readonly failure: Failure; readonly at: number }
	| { readonly kind: "retrying"; readonly failure: Failure; readonly failures: number; readonly at: number };

/** One run: it pins the policy it began with, so a later revision never mixes into it. */
export interface Rollout {
	readonly id: RolloutId;
	readonly policy: Policy;
	readonly run: number;
	readonly beganAt: number;
	readonly promotedRings: ReadonlySet<string>;
	/** Progress by machine name, then package name; what is missing has not been looked at. */
	readonly progress: ReadonlyMap<string, ReadonlyMap<string, Task>>;
}

/** One package on one machine within one rollout. */
export interface Task {
	readonly phase: TaskPhase;
	/** 1 for the first install; a machine refuses to run one attempt twice. */
	readonly attempt: number;
	/** Failed tries since the last progress; the back-off is a function of it. */
	readonly failures: number;
	/** When the phase was entered, or when its last try failed. */
	readonly at: number;
	/** When the attempt's install was started, while its end is not known: it may be running even out of contact. */
	readonly startedAt?: number;
	readonly delivery?: Delivery;
	/** The installer's exit code in the last attempt. */
	readonly exitCode?: number;
	/** The last try's failure, until progress is made. */
	readonly failure?: Failure;
}

export interface Delivery {
	readonly method: DeliveryMethod;
	readonly bytes: number;
	readonly durationMs: number;
}

/**
 * unread: facts must be read next.        absent: facts say it is not there; deliver next.
 * staged: on the machine; install next.   running: this attempt's job goes on at the machine; follow it.
 * exited: the installer ended well; detection decides next.
 * verified, failed: final, until a retry or the next run.
 */
export type TaskPhase = "unread" | "absent" | "staged" | "running" | "exited" | "verified" | "failed";
