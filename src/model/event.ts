import type { ErrorCode } from "./error-codes.ts";
import type { MachineFacts, PackageFacts } from "./facts.ts";
import type { Failure } from "./failure.ts";
import type { HostKey, SightingSource } from "./machine.ts";
import type { DeliveryMethod, Policy } from "./policy.ts";
import type { Step } from "./step.ts";

/** What happened. `at` is ms since the epoch. Events are the only thing that changes a Fleet, and all of them are journalled. */
export type Event = { readonly at: number } & (
	| MachineEvent
	| PolicyEvent
	| StepEvent
	| DeliveryEvent
	| CleaningEvent
	| TokenEvent
	| AccessEvent
	| ReloadEvent
	| OperatorEvent
	| DaemonEvent
);

/** The daemon is there again: the time before it is nobody's lack of progress. */
export type DaemonEvent = { readonly kind: "DaemonStarted" };

export type MachineEvent =
	| {
			readonly kind: "MachineSeen";
			readonly machine: string;
			readonly address: string;
			readonly port: number;
			readonly source: SightingSource;
			readonly groups: readonly string[];
			readonly labels: Readonly<Record<string, string>>;
	  }
	| { readonly kind: "MachineLost"; readonly machine: string; readonly reason: "goodbye" | "expired" }
	| {
			readonly kind: "MachineApproved";
			readonly machine: string;
			readonly hostKeys: readonly HostKey[];
			readonly by: string;
	  }
	| { readonly kind: "MachineForgotten"; readonly machine: string; readonly by: string };

export type PolicyEvent =
	| { readonly kind: "PolicyApplied"; readonly policy: Policy; readonly source: string }
	| { readonly kind: "PolicyRemoved"; readonly policy: string }
	/** The store no longer has a package that the journal says it held. */
	| { readonly kind: "PackageLost"; readonly sha256: string };

export type StepEvent =
	| { readonly kind: "StepStarted"; readonly step: Step }
	| { readonly kind: "StepFinished"; readonly step: Step; readonly outcome: Outcome }
	/** Started before a crash, no outcome known. The core answers it by reading the facts. */
	| { readonly kind: "StepInterrupted"; readonly step: Step };

/** Written when the way is chosen, before the first byte; the bytes and time follow in the deliver step's outcome. */
export interface DeliveryEvent {
	readonly kind: "DeliveryChosen";
	readonly machine: string;
	readonly sha256: string;
	readonly method: DeliveryMethod | "already_staged";
	/** Why this way, and why each way before it in the policy's order was passed over. */
	readonly because: string;
}

/** A person had what nothing needs removed from a machine; written once it is done. It changes nothing that is decided from. */
export interface CleaningEvent {
	readonly kind: "MachineCleaned";
	readonly machine: string;
	readonly by: string;
	readonly reason: string;
	/** How many of each. */
	readonly removed: { readonly helpers: number; readonly packages: number; readonly jobs: number };
	readonly freedBytes: number;
}

/** Who may use the API over TCP, as what; it changes nothing that is decided from. The token itself is nowhere. */
export type TokenEvent =
	| {
			readonly kind: "TokenMade";
			readonly token: string;
			readonly name: string;
			readonly role: string;
			/** ms since the epoch; null: never. */
			readonly expiresAt: number | null;
			readonly by: string;
	  }
	| { readonly kind: "TokenRevoked"; readonly token: string; readonly name: string; readonly by: string };

/** Who came in over TCP, and what somebody who is known was refused; it changes nothing that is decided from. */
export type AccessEvent = {
	/** A person, by the token's name; on the unix socket as it was said. */
	readonly by: string;
	/** How many since the one before it were not written, since they came too often. */
	readonly unwritten: number;
} & (
	| { readonly kind: "LoggedIn"; readonly token: string; readonly address: string }
	| {
			readonly kind: "OrderRefused";
			/** null: on the unix socket. */
			readonly token: string | null;
			/** As it was asked: POST /api/v1/policies/office/approve */
			readonly order: string;
			readonly policy: string | null;
			readonly machine: string | null;
			readonly code: ErrorCode;
			readonly detail: string;
	  }
);

/** The administrator's files were read again; what that changed of policies and machines follows as events of their own. */
export interface ReloadEvent {
	readonly kind: "Reloaded";
	/** A person, or SIGHUP; "start": they were others than when a daemon last ran. */
	readonly by: string;
	/** Keys of the configuration that changed, with when that takes effect. */
	readonly settings: readonly { readonly key: string; readonly effect: "now" | "after a restart" }[];
	/** How many mistakes were found; what has one stayed as it was. */
	readonly problems: number;
}

/** What a person orders, with who and why; a reason that nobody gave is left out where it was not always there. */
export type OperatorEvent =
	/** `policy` null: everything. */
	| { readonly kind: "Paused"; readonly policy: string | null; readonly by: string; readonly reason: string }
	| { readonly kind: "Resumed"; readonly policy: string | null; readonly by: string; readonly reason?: string }
	/** Lets a revision through its approval gate. */
	| {
			readonly kind: "PolicyApproved";
			readonly policy: string;
			readonly revision: string;
			readonly by: string;
			readonly reason?: string;
	  }
	/** Lets the rings after this one start once it is proven. */
	| {
			readonly kind: "RingPromoted";
			readonly policy: string;
			readonly ring: string;
			readonly by: string;
			readonly reason?: string;
	  }
	| { readonly kind: "RolloutAborted"; readonly policy: string; readonly by: string; readonly reason: string }
	/** A run shall begin now, whatever the schedule says; also ends an abort. */
	| { readonly kind: "RunRequested"; readonly policy: string; readonly by: string; readonly reason?: string }
	| { readonly kind: "MachineExcluded"; readonly machine: string; readonly by: string; readonly reason: string }
	| { readonly kind: "MachineIncluded"; readonly machine: string; readonly by: string; readonly reason?: string }
	| { readonly kind: "RetryRequested"; readonly machine: string; readonly by: string; readonly reason?: string }
	/** The same for every machine of the policy's rollout that is in one of these states. */
	| {
			readonly kind: "PolicyRetryRequested";
			readonly policy: string;
			readonly only: readonly RetryScope[];
			readonly by: string;
			readonly reason?: string;
	  }
	| { readonly kind: "PackageRetryRequested"; readonly sha256: string; readonly by: string; readonly reason?: string };

/** failed: its install failed.   waiting: it backs off or was out of reach.   not_started: an abort came before it. */
export type RetryScope = "failed" | "waiting" | "not_started";

export type Outcome =
	| { readonly kind: "recorded" }
	| {
			readonly kind: "acquired";
			readonly sizeBytes: number /** Bytes that crossed the uplink, over all sources and tries of this step. */;
			readonly originBytes: number;
			readonly source: string;
	  }
	| { readonly kind: "inspected"; readonly facts: PackageFacts; readonly machine?: MachineFacts }
	| { readonly kind: "facts_read"; readonly machine: MachineFacts }
	| { readonly kind: "rebooted"; readonly bootId: string }
	| DeliveredOutcome
	| {
			readonly kind: "exited";
			readonly exitCode: number;
			/** The boot in which the installer ended. Absent: it is not known. */
			readonly bootId?: string;
	  }
	| {
			readonly kind: "failed";
			readonly failure: Failure /** With FS-SSH-HOSTKEY: the key that was shown. */;
			readonly sawHostKey?: HostKey;
	  };

export interface DeliveredOutcome {
	readonly kind: "delivered";
	readonly method: DeliveryMethod | "already_staged";
	/** All that the machine received of the package in this delivery. */
	readonly bytes: number;
	readonly durationMs: number;
	/** Of those, by the controller's own count: sent by the controller, and by other machines. Absent: not counted. */
	readonly sourceBytes?: number;
	readonly peerBytes?: number;
	/** The time below which nobody could have brought it to this one machine, by its link and the controller's and the limits when it began. Absent: they are not known. */
	readonly floorMs?: number;
	/** As in DeliveryChosen, of the way that brought it. */
	readonly because?: string;
}
