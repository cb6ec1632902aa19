import type { Failure } from "../model/failure.ts";
import type { HostKey } from "../model/machine.ts";

/** Why something is not being done now. `machine` null: it holds the whole policy. `until`: when it is asked again. */
export interface Held {
	readonly policy: string;
	readonly machine: string | null;
	readonly reason: HeldReason;
	readonly until?: number;
}

export type HeldReason =
	| { readonly kind: "paused"; readonly by: string; readonly why: string }
	| { readonly kind: "not_scheduled"; readonly timeZone: string }
	| { readonly kind: "previous_run_ending"; readonly running: number }
	| { readonly kind: "no_machines"; readonly discovered: number }
	| { readonly kind: "not_approved" }
	| { readonly kind: "host_key_changed"; readonly expected: readonly HostKey[]; readonly saw: HostKey }
	| { readonly kind: "in_no_ring" }
	| {
			readonly kind: "ring_waiting";
			readonly ring: string;
			readonly verified: number;
			readonly failed: number;
			readonly counted: number;
			readonly threshold: number;
	  }
	| {
			readonly kind: "budget_spent";
			readonly failed: number;
			readonly started: number;
			readonly limit: "max_errors" | "max_fail_percentage";
			readonly allowed: number;
	  }
	| { readonly kind: "waiting_for_machine"; readonly failure: Failure | null; readonly since: number }
	| { readonly kind: "acquiring" }
	| { readonly kind: "package_failed"; readonly failure: Failure; readonly isFinal: boolean }
	| { readonly kind: "window_closed"; readonly window: string; readonly timeZone: string }
	| {
			readonly kind: "slots_busy";
			readonly slots: "installs" | "deliveries" | "sessions";
			readonly busy: number;
			readonly of: number;
			readonly ring?: string;
	  }
	| { readonly kind: "backing_off"; readonly failure: Failure | null; readonly failures: number }
	| { readonly kind: "machine_busy"; readonly policy: string }
	| { readonly kind: "failed"; readonly failure: Failure };
