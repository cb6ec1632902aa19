import type { Failure } from "../model/failure.ts";
import type { Clones, HostKey } from "../model/machine.ts";
import type { Unmet } from "./requirements.ts";

/** Why something is not being done now. `machine` null: it holds the whole policy. `until`: when it is asked again. */
export interface Held {
	readonly policy: string;
	readonly machine: string | null;
	readonly reason: HeldReason;
	readonly until?: number;
}

/** Lists that belong one behind the other. That of machines of which nothing has changed is the very same as in the decision before. */
export type HeldLists = readonly (readonly Held[])[];

export type HeldReason = RunReason | GateReason | MachineReason | StepReason;

/** Why no run begins, or nothing of a run goes on. */
export type RunReason =
	| { readonly kind: "paused"; readonly by: string; readonly why: string }
	| { readonly kind: "not_scheduled"; readonly timeZone: string; readonly missed: number }
	| { readonly kind: "suspended" }
	| { readonly kind: "previous_run_ending"; readonly running: number }
	| { readonly kind: "rolled_back"; readonly revision: string; readonly why: string }
	| { readonly kind: "aborted"; readonly by: string; readonly why: string }
	| {
			readonly kind: "approval_pending";
			readonly approvals: number;
			readonly required: number;
			readonly approvers: readonly string[];
			/** Present when the controller asks for it, not the policy: how many machines it selects. */
			readonly machines?: number;
	  }
	| { readonly kind: "no_machines"; readonly discovered: number };

/** Why nothing new starts in a ring. */
export type GateReason =
	| {
			readonly kind: "ring_waiting";
			readonly ring: string;
			readonly members: number;
			readonly verified: number;
			readonly failed: number;
			readonly counted: number;
			readonly threshold: number;
	  }
	| { readonly kind: "soaking"; readonly ring: string; readonly until: number; readonly timeZone: string }
	/** The soak is over; `verified` of `counted` have been looked at again and hold. */
	| {
			readonly kind: "rechecking";
			readonly ring: string;
			readonly verified: number;
			readonly counted: number;
			readonly threshold: number;
	  }
	| { readonly kind: "promotion_pending"; readonly ring: string }
	| {
			readonly kind: "prestaging";
			readonly ring: string;
			readonly holding: number;
			readonly counted: number;
			readonly threshold: number;
	  }
	| {
			readonly kind: "budget_spent";
			readonly failed: number;
			readonly started: number;
			readonly limit: "max_errors" | "max_fail_percentage";
			readonly allowed: number;
			/** The ring whose own budget it is. */
			readonly ring?: string;
	  }
	| {
			readonly kind: "no_progress";
			readonly ring: string;
			readonly since: number;
			readonly deadlineMs: number;
			readonly timeZone: string;
	  };

/** What is the matter with the machine itself. */
export type MachineReason =
	| { readonly kind: "not_approved" }
	| { readonly kind: "host_key_changed"; readonly expected: readonly HostKey[]; readonly saw: HostKey }
	| { readonly kind: "cloned"; readonly by: Clones["by"]; readonly names: readonly string[] }
	| { readonly kind: "in_no_ring" }
	| { readonly kind: "excluded"; readonly by: string; readonly why: string }
	| { readonly kind: "not_applicable"; readonly package: string; readonly unmet: Unmet }
	| { readonly kind: "facts_unread"; readonly failure: Failure | null }
	| { readonly kind: "given_up"; readonly giveUpAfterMs: number }
	| { readonly kind: "waiting_for_machine"; readonly failure: Failure | null; readonly since: number }
	| { readonly kind: "machine_busy"; readonly policy: string }
	| { readonly kind: "failed"; readonly failure: Failure };

/** Why its next step may not start yet. */
export type StepReason =
	| { readonly kind: "acquiring" }
	| { readonly kind: "package_failed"; readonly failure: Failure; readonly isFinal: boolean }
	| { readonly kind: "not_available_yet"; readonly availableAt: number; readonly timeZone: string }
	| {
			readonly kind: "window_closed";
			readonly act: "install" | "reboot";
			readonly window: string;
			/** null: it never opens. */
			readonly opensAt: number | null;
			readonly timeZone: string;
	  }
	| {
			readonly kind: "slots_busy";
			readonly slots: "installs" | "reboots" | "deliveries" | "sessions";
			readonly busy: number;
			readonly of: number;
			readonly ring?: string;
	  }
	| { readonly kind: "backing_off"; readonly failure: Failure | null; readonly failures: number };
