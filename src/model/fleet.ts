import type { DeliveredOutcome } from "./event.ts";
import type { Failure } from "./failure.ts";
import type { Machine } from "./machine.ts";
import type { Policy } from "./policy.ts";
import type { RolloutId, Step } from "./step.ts";

/** All that is known, folded from the journal. Treat as a value: `applyEvent` returns a new one, or the same one when nothing changed. */
export interface Fleet {
	readonly machines: ReadonlyMap<string, Machine>;
	/** The names of the machines that have a host key or a machine id, in order: an index over `machines`. */
	readonly identities: ReadonlyMap<string, readonly string[]>;
	/** The last good revision of each policy, by name. */
	readonly policies: ReadonlyMap<string, AppliedPolicy>;
	readonly packages: ReadonlyMap<string, PackageState>;
	/** The current rollout of each policy, by policy name. */
	readonly rollouts: ReadonlyMap<string, Rollout>;
	/** Steps started and not finished, by step key. */
	readonly running: ReadonlyMap<string, { readonly step: Step; readonly at: number }>;
	readonly pause: Pause | null;
}

export interface Pause {
	readonly by: string;
	readonly reason: string;
	readonly at: number;
}

/** A policy in force, with what people and time have done to it. A new revision starts anew, but stays paused. */
export interface AppliedPolicy {
	readonly policy: Policy;
	readonly appliedAt: number;
	readonly source: string;
	readonly pause: Pause | null;
	readonly approvals: readonly { readonly by: string; readonly at: number }[];
	/** Runs that were due and not made up, the latest last; at most ten are kept. */
	readonly missedRuns: readonly number[];
	/** A run shall begin as soon as it may: asked for by a person, or due while another was ending. null once it has begun. */
	readonly requestedAt: number | null;
}

/** A package in the controller's store, by hex SHA-256. */
export type PackageState =
	| { readonly kind: "held"; readonly sizeBytes: number; readonly originBytes: number }
	| ({ readonly kind: "refused" } & FailedDownload)
	| ({ readonly kind: "retrying"; readonly failures: number } & FailedDownload);

/** `since`: its first failure in a row; `at`: its last. */
export interface FailedDownload {
	readonly failure: Failure;
	readonly since: number;
	readonly at: number;
}

/** One run: it pins the policy it began with, so a later revision never mixes into it. */
export interface Rollout {
	readonly id: RolloutId;
	readonly policy: Policy;
	readonly run: number;
	readonly beganAt: number;
	readonly promotedRings: ReadonlySet<string>;
	/** When each ring was first proven, by name: its healthy time counts from there. */
	readonly soaks: ReadonlyMap<string, number>;
	/** Rings that a person lets go on, by name. */
	readonly promotions: ReadonlyMap<string, { readonly by: string; readonly at: number }>;
	/** Present: over before its end; nothing new starts. */
	readonly halt?: { readonly by: string; readonly why: string; readonly at: number };
	/** Machines that were given up because they stayed away, by name. */
	readonly givenUp: ReadonlyMap<string, "skipped" | "failed">;
	/** By machine name; absent: no reboot is due. */
	readonly reboots: ReadonlyMap<string, Reboot>;
	/** The last time that anything moved on by a person's hand, or that the daemon started: the progress deadline counts from there. */
	readonly steeredAt: number;
	/** What the machines had before: the policy of the last rollout of another revision that verified any. */
	readonly previous?: Policy;
	/** This rollout undoes another: which one, of which revision, and the machines that it had changed. */
	readonly restores?: {
		readonly rollout: RolloutId;
		readonly revision: string;
		readonly why: string;
		readonly machines: ReadonlySet<string>;
	};
	/** Progress by machine name, then package name; what is missing has not been looked at. */
	readonly progress: ReadonlyMap<string, ReadonlyMap<string, Task>>;
}

/** due: as soon as it may.   running: asked for, its proof outstanding.   done: proven by the boot id, packages are looked at again. */
export interface Reboot {
	readonly phase: "due" | "running" | "done" | "failed";
	/** Before anything else is done on the machine. */
	readonly isUrgent: boolean;
	/** 1 for the first try. */
	readonly attempt: number;
	readonly failures: number;
	/** When the phase was entered, or when its last try failed. */
	readonly at: number;
	/** The boot that must end; empty while the machine has not said which one it is. */
	readonly bootId: string;
	readonly failure?: Failure;
}

/** One package on one machine within one rollout. */
export interface Task {
	readonly phase: TaskPhase;
	/** 1 for the first install; a machine refuses to run one attempt twice. */
	readonly attempt: number;
	/** Failed tries since the last progress; the back-off is a function of it. */
	readonly failures: number;
	/** Automatic new attempts used up; absent: none. */
	readonly retries?: number;
	/** No new attempt before it. */
	readonly notBefore?: number;
	/** When the rollout's last installer on the machine ended, well or not. */
	readonly installedAt?: number;
	/** What the script of its requirements exited with when it did not pass; absent: it passed, or there is none. */
	readonly unmetExit?: number;
	/** The ring that the machine was in when the rollout's first installer on it was begun. */
	readonly ring?: string;
	/** A person asked for this attempt: a spent budget does not hold it. */
	readonly isRequested?: true;
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

/** How the package came to the machine. */
export type Delivery = Omit<DeliveredOutcome, "kind">;

/**
 * unread: facts must be read next.        absent: facts say it is not there; deliver next.
 * staged: on the machine; install next.   running: this attempt's job goes on at the machine; follow it.
 * exited: the installer ended well; detection decides next.
 * verified, failed: final, until a retry or the next run.
 */
export type TaskPhase = "unread" | "absent" | "staged" | "running" | "exited" | "verified" | "failed";
