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
	readonly attempt: number;
	/** Failed tries of the current phase that do not count as an attempt (delivery, detection, busy installer). */
	readonly failures: number;
	/** When the phase was entered, or when its last try failed. */
	readonly at: number;
	readonly delivery?: { readonly method: DeliveryMethod; readonly bytes: number; readonly durationMs: number };
	/** The installer's exit code in the current attempt. */
	readonly exitCode?: number;
	/** The failure of the last try, while phase is `failed` or a retry is pending. */
	readonly failure?: Failure;
}

/**
 * unread: facts must be read next.     absent: facts say it is not there; deliver next.
 * staged: on the machine; install next.    busy: the installer asked for a later try.
 * running: a job of this attempt goes on at the machine; follow it.
 * exited: the installer ended well; detection decides next.
 * verified, failed: final, until a retry or the next run.
 */
export type TaskPhase = "unread" | "absent" | "staged" | "busy" | "running" | "exited" | "verified" | "failed";
