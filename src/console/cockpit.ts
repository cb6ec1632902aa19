import type { Failure } from "../model/failure.ts";
import type { HostKey } from "../model/machine.ts";
import type { OutputRecord } from "../record/journal.ts";

/**
 * What the console asks of the daemon. Reports are plain JSON with the keys that go over the wire; `by` is who asked.
 * Answers of `false` and `null` mean that nothing of that name is known.
 */
export interface Cockpit {
	status(): Promise<StatusReport>;
	plan(): Promise<PlanReport>;
	machines(): Promise<readonly MachineRow[]>;
	why(machine: string): Promise<WhyReport | null>;
	logs(machine: string): Promise<readonly OutputRecord[] | null>;
	pause(by: string, reason: string): Promise<void>;
	resume(by: string): Promise<void>;
	retry(machine: string, by: string): Promise<boolean>;
	retryPackage(sha256: string, by: string): Promise<boolean>;
	/** Reads the key that the machine shows now, without authenticating. */
	scanHostKey(machine: string): Promise<ScannedKey>;
	/** `revoked`: the known_hosts file says that no host may show this key. */
	approve(machine: string, hostKey: HostKey, by: string): Promise<"approved" | "unknown" | "revoked">;
	forget(machine: string, by: string): Promise<boolean>;
	/** The problems found, one line each; empty when all is well. */
	reload(): Promise<readonly string[]>;
}

export type ScannedKey =
	| { readonly kind: "host_key"; readonly host_key: HostKey }
	| { readonly kind: "failed"; readonly failure: Failure };

export type MachineState =
	| "discovered"
	| "quarantined"
	| "waiting_for_machine"
	| "waiting"
	| "inspecting"
	| "delivering"
	| "installing"
	| "verified"
	| "failed"
	| "not_targeted";

export interface StatusReport {
	/** ISO 8601, UTC. */
	readonly at: string;
	/** One line: what the daemon does or waits for. */
	readonly waiting_for: string;
	readonly paused: { readonly by: string; readonly reason: string; readonly at: string } | null;
	/** What is wrong with the files on disk; the last good ones are in force. */
	readonly problems: readonly string[];
	readonly rollouts: readonly RolloutReport[];
	readonly machines: readonly { readonly name: string; readonly state: MachineState; readonly reason: string | null }[];
	readonly totals: Totals;
}

export interface Totals {
	/** Machines that some policy selects. */
	readonly machines: number;
	/** Of those: verified for every policy that selects them. */
	readonly installed: number;
	readonly failed: number;
	readonly package_bytes: number;
	/** What the origins sent. */
	readonly origin_bytes: number;
	/** What the controller itself sent into the swarm. */
	readonly controller_uplink_bytes: number;
	/** What machines sent each other: all that was delivered less what the controller sent. */
	readonly peer_bytes: number;
}

export interface RolloutReport {
	readonly policy: string;
	/** null: no run has begun. */
	readonly id: string | null;
	/** Why the policy as a whole waits, if it does. */
	readonly held: string | null;
	readonly rings: readonly RingReport[];
	readonly machines: readonly RolloutMachine[];
}

export interface RingReport {
	readonly name: string;
	readonly state: "waiting" | "running" | "promoted";
	readonly machines: number;
	readonly verified: number;
	readonly failed: number;
}

export interface RolloutMachine {
	readonly machine: string;
	readonly ring: string | null;
	readonly state: MachineState;
	readonly reason: string | null;
	/** Share of the package that has arrived, 0 to 1, while it is being delivered. */
	readonly progress: number | null;
	readonly delivery: { readonly method: string; readonly bytes: number; readonly seconds: number } | null;
	readonly exit_code: number | null;
	/** ISO 8601 of the verification. */
	readonly verified_at: string | null;
}

export interface PlanReport {
	/** What would be done now, in order; a step in flight is not repeated. */
	readonly steps: readonly { readonly kind: string; readonly line: string; readonly machine: string | null }[];
	readonly held: readonly {
		readonly policy: string;
		readonly machine: string | null;
		readonly code: string;
		readonly sentence: string;
		readonly until: string | null;
	}[];
	readonly wake_at: string | null;
}

export interface MachineRow {
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly trust: string;
	readonly presence: string;
	readonly groups: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	readonly sources: readonly string[];
	readonly host_keys: readonly string[];
}

export interface WhyReport extends MachineRow {
	readonly policies: readonly {
		readonly policy: string;
		readonly state: MachineState;
		readonly sentence: string;
		/** What a person can do about it, if anything. */
		readonly next: string | null;
	}[];
}
