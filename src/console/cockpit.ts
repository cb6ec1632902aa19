import type { OperatorEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { HostKey } from "../model/machine.ts";
import type { OutputRecord } from "../record/journal.ts";
import type { ApprovalReport, ChangesReport, PolicyReport } from "./policy-reports.ts";

/**
 * What the console asks of the daemon. Reports are plain JSON with the keys that go over the wire; `by` is who asked, times
 * are ISO 8601 in UTC. Answers of `false` and `null` mean that nothing of that name is known.
 */
export interface Cockpit {
	status(detail: Detail): Promise<StatusReport>;
	plan(detail: Detail): Promise<PlanReport>;
	machines(): Promise<readonly MachineRow[]>;
	machine(name: string): Promise<MachineRow | null>;
	policy(name: string): Promise<PolicyReport | null>;
	why(machine: string): Promise<WhyReport | null>;
	logs(machine: string): Promise<readonly OutputRecord[] | null>;
	/** Records what a person wants, if it can be done now. A revision may be given by its first eight digits. */
	steer(order: OperatorEvent): Promise<Answer>;
	/** Reads the key that the machine shows now, without authenticating. */
	scanHostKey(machine: string): Promise<ScannedKey>;
	approve(machine: string, hostKey: HostKey, by: string): Promise<Approved>;
	forget(machine: string, by: string): Promise<boolean>;
	/** Removes what no policy needs from the machine: our helper, packages, ended jobs. null: nothing of that name is known. */
	clean(machine: string, order: { readonly by: string; readonly reason: string }): Promise<CleanAnswer | null>;
	/** What `reload` would change; changes nothing. */
	diff(): Promise<ChangesReport>;
	/** Reads policies, inventory and known hosts again, and says what that changed. */
	reload(): Promise<ChangesReport>;
}

/** groups: without the lists that have an entry for each machine, which are long for large fleets. */
export type Detail = "all" | "groups";

export type Answer =
	| { readonly kind: "done"; readonly message: string }
	| { readonly kind: "refused"; readonly failure: Failure };

/** revoked: the known_hosts file says that no host may show this key.   strict: the configuration lets nobody approve by hand. */
export type Approved = "approved" | "unknown" | "revoked" | "strict";

export type CleanAnswer =
	| ({ readonly kind: "cleaned" } & CleanReport)
	| { readonly kind: "failed"; readonly failure: Failure };

/** What was removed from a machine, and how much is left alone because something runs from it. */
export interface CleanReport {
	readonly machine: string;
	readonly helpers: number;
	readonly packages: number;
	readonly jobs: number;
	readonly busy: number;
	readonly freed_bytes: number;
}

export type ScannedKey =
	| { readonly kind: "host_key"; readonly host_key: HostKey }
	| { readonly kind: "failed"; readonly failure: Failure };

/** rolled_back: brought back to the revision before.   skipped: given up because it stayed away. */
export type MachineState =
	| "discovered"
	| "quarantined"
	| "waiting_for_machine"
	| "waiting"
	| "inspecting"
	| "delivering"
	| "installing"
	| "rebooting"
	| "verified"
	| "rolled_back"
	| "failed"
	| "skipped"
	| "not_applicable"
	| "excluded"
	| "not_targeted";

/** Who did something, why and when. */
export interface Act {
	readonly by: string;
	readonly reason: string;
	readonly at: string;
}

export interface StatusReport {
	readonly at: string;
	/** One line: what the daemon does or waits for. */
	readonly waiting_for: string;
	readonly paused: Act | null;
	/** What is wrong with the files on disk; the last good ones are in force. */
	readonly problems: readonly string[];
	readonly rollouts: readonly RolloutReport[];
	/** Taken out of every rollout by a person. */
	readonly excluded: readonly (Act & { readonly machine: string })[];
	/** Machines that are not done, by state and reason; the worst first. */
	readonly groups: readonly MachineGroup[];
	/** Each by its worst state over all rollouts; empty when only groups were asked for. */
	readonly machines: readonly { readonly name: string; readonly state: MachineState; readonly reason: string | null }[];
	readonly totals: Totals;
}

/** Machines of which the same is to be said. What differs in the sentence, such as their addresses, is left out of it. */
export interface MachineGroup {
	readonly state: MachineState;
	readonly reason: string | null;
	readonly machines: number;
	/** The first few names. */
	readonly names: readonly string[];
}

export interface Totals {
	/** Machines that some policy selects and that have a part in its rollout. */
	readonly machines: number;
	/** Of those: verified for every policy that selects them. */
	readonly installed: number;
	readonly failed: number;
	/** Of those: back at the revision before, for some policy. */
	readonly rolled_back: number;
	/** Selected, but not applicable, excluded or given up everywhere; not among `machines`. */
	readonly left_out: number;
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
	/** The revision in force, which the rollout may not have begun with. */
	readonly revision: string;
	/** null: no run has begun. */
	readonly id: string | null;
	/** When the run was due. */
	readonly run: string | null;
	readonly began_at: string | null;
	/** When the schedule begins another run. */
	readonly next_run: string | null;
	/** Why the policy as a whole waits or has stopped, if it does. */
	readonly held: string | null;
	readonly paused: Act | null;
	readonly approval: ApprovalReport | null;
	readonly halted: Act | null;
	/** The revision that this rollout undoes. */
	readonly rolls_back: string | null;
	/** Runs that were due and are not made up. */
	readonly missed_runs: readonly string[];
	readonly rings: readonly RingReport[];
	readonly reboots: RebootsReport;
	/** How many machines got their packages by which way. */
	readonly ways: readonly WayCount[];
	/** When only groups were asked for: those that are being delivered to. */
	readonly machines: readonly RolloutMachine[];
}

export interface RingReport {
	readonly name: string;
	readonly state: "waiting" | "running" | "promoted";
	readonly machines: number;
	readonly verified: number;
	readonly failed: number;
	/** Not applicable, excluded or given up. */
	readonly left_out: number;
	/** Out of reach, which holds nobody up. */
	readonly unreachable: number;
	/** What the rings behind it wait for, of the ring that holds them. */
	readonly gate: { readonly kind: string; readonly sentence: string; readonly until: string | null } | null;
	/** While its installs wait for deliveries: the machines that hold the packages, of how many, in percent. */
	readonly prestaging: { readonly holding: number; readonly counted: number; readonly threshold: number } | null;
}

export interface RebootsReport {
	readonly due: number;
	readonly done: number;
	readonly failed: number;
	readonly under_way: readonly { readonly machine: string; readonly since: string; readonly back_by: string }[];
}

export interface RolloutMachine {
	readonly machine: string;
	readonly ring: string | null;
	readonly state: MachineState;
	readonly reason: string | null;
	/** Share of the package that has arrived, 0 to 1, while it is being delivered. */
	readonly progress: number | null;
	readonly delivery: DeliveryReport | null;
	readonly exit_code: number | null;
	readonly verified_at: string | null;
}

/** By the controller's own count; null: not counted. */
export interface DeliveryReport {
	readonly method: string;
	readonly bytes: number;
	readonly seconds: number;
	readonly source_bytes: number | null;
	readonly peer_bytes: number | null;
	/** Its time as a multiple of what links and limits allow at best; null: they are not known. */
	readonly floor_multiple: number | null;
	/** Why this way, and why each one before it in the policy's order was passed over. */
	readonly because: string | null;
}

export interface PackageDelivery extends DeliveryReport {
	readonly package: string;
}

export interface WayCount {
	readonly method: string;
	readonly machines: number;
}

export interface PlanReport {
	/** What would be done now, in order; a step in flight is not repeated. Empty when only groups were asked for. */
	readonly steps: readonly PlannedStep[];
	readonly step_groups: readonly (Omit<PlannedStep, "machine"> & Several)[];
	/** Why the rest waits, machine by machine in the order of the rings. Empty when only groups were asked for. */
	readonly held: readonly PlannedWait[];
	readonly held_groups: readonly (Omit<PlannedWait, "machine"> & Several)[];
	/** Steps that were started and have not ended. */
	readonly in_flight: number;
	readonly wake_at: string | null;
}

/** How many machines, and the first few names. */
export interface Several {
	readonly machines: number;
	readonly names: readonly string[];
}

export interface PlannedStep {
	readonly kind: string;
	/** The act without its machine: "install app 2.0, attempt 1". */
	readonly act: string;
	readonly because: string;
	readonly policy: string | null;
	readonly machine: string | null;
}

export interface PlannedWait {
	readonly policy: string;
	readonly machine: string | null;
	readonly code: string;
	readonly sentence: string;
	readonly until: string | null;
}

export interface MachineRow {
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly trust: string;
	readonly presence: string;
	readonly groups: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	/** Behind which slow link; null: where the controller is. */
	readonly site: string | null;
	readonly sources: readonly string[];
	readonly host_keys: readonly string[];
	readonly excluded: Act | null;
	/** What other machines it cannot be told from; null: it is itself. */
	readonly clones: { readonly by: string; readonly names: readonly string[] } | null;
	/** As last read; null: nobody has looked yet. */
	readonly facts: FactsRow | null;
}

export interface FactsRow {
	readonly os: string;
	readonly distribution: string | null;
	readonly os_version: string;
	readonly arch: string;
	readonly disk_free_bytes: number;
	readonly memory_bytes: number;
	readonly is_reboot_needed: boolean;
	readonly users: number;
	readonly boot_id: string;
	/** null, or empty: the machine did not say. */
	readonly disk_bytes: number | null;
	readonly machine_id: string | null;
	readonly shell: string | null;
	readonly init: string | null;
	readonly package_managers: readonly string[];
	readonly delivery_tools: readonly string[];
	readonly user_names: readonly string[];
	readonly at: string;
}

export interface WhyReport extends MachineRow {
	readonly policies: readonly WhyPolicy[];
}

export interface WhyPolicy {
	readonly policy: string;
	readonly revision: string;
	readonly ring: string | null;
	readonly state: MachineState;
	readonly since: string | null;
	/** Why it is in this state. */
	readonly sentence: string;
	/** What is done next, and when. */
	readonly next: string | null;
	/** What a person can do, if anything. */
	readonly advice: string | null;
	readonly deliveries: readonly PackageDelivery[];
	/** All of it for a person to read. */
	readonly paragraph: string;
}
