import type { OperatorEvent } from "../model/event.ts";
import type { Failure } from "../model/failure.ts";
import type { HostKey } from "../model/machine.ts";
import type { OutputQuery } from "../record/journal.ts";
import type * as audit from "./answers/audit.ts";
import type * as machines from "./answers/machines.ts";
import type * as notices from "./answers/notices.ts";
import type * as packages from "./answers/packages.ts";
import type * as plan from "./answers/plan.ts";
import type * as rollouts from "./answers/rollouts.ts";
import type * as schedule from "./answers/schedule.ts";
import type * as status from "./answers/status.ts";
import type * as swarm from "./answers/swarm.ts";
import type * as tokens from "./answers/tokens.ts";
import type * as why from "./answers/why.ts";
import type { ChangesReport, PolicyReport } from "./policy-reports.ts";
import type { Says } from "./says.ts";

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
	logs(machine: string): Promise<readonly OutputRow[] | null>;
	/** What steps printed on all machines, or on one. */
	outputs(query: OutputQuery): Promise<readonly OutputRow[]>;
	/** How packages spread over the machines. */
	swarm(): Promise<SwarmReport>;
	/** What the store holds and what policies want there. */
	packages(): Promise<readonly PackageRow[]>;
	/** By its hex SHA-256. */
	package(sha256: string): Promise<PackagePage | null>;
	/** When policies run and may install, for so many days. */
	schedule(days: number): Promise<ScheduleReport>;
	/** Records what a person wants, if it can be done now. */
	steer(order: OperatorEvent): Promise<Answer>;
	/** Reads the key that the machine shows now, without authenticating. */
	scanHostKey(machine: string): Promise<ScannedKey>;
	approve(machine: string, hostKey: HostKey, by: string): Promise<Approved>;
	forget(machine: string, by: string): Promise<boolean>;
	/** Removes what no policy needs from the machine: our helper, packages, ended jobs. null: nothing of that name is known. */
	clean(machine: string, order: { readonly by: string; readonly reason: string }): Promise<CleanAnswer | null>;
	/** Sends a notice to the sink of that name, or to each. null: there is none. */
	testNotices(sink: string | null, by: string): Promise<readonly NoticeTest[] | null>;
	/** What `reload` would change; changes nothing. */
	diff(): Promise<ChangesReport>;
	/** Reads policies, inventory and known hosts again, and says what that changed. */
	reload(by: string): Promise<ChangesReport>;
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

export type ScannedKey =
	| { readonly kind: "host_key"; readonly host_key: HostKey }
	| { readonly kind: "failed"; readonly failure: Failure };

export type NoticeTest = Says<typeof notices.noticeTest>;
export type CleanReport = Says<typeof machines.cleanReport>;
export type MachineState = Says<typeof machines.machineState>;
export type Act = Says<typeof machines.act>;
export type StatusReport = Says<typeof status.statusReport>;
export type FailingDownload = Says<typeof status.failingDownload>;
export type MachineGroup = Says<typeof status.machineGroup>;
export type Totals = Says<typeof status.totals>;
export type RolloutReport = Says<typeof rollouts.rolloutReport>;
export type RingReport = Says<typeof rollouts.ringReport>;
export type BudgetReport = Says<typeof rollouts.budgetReport>;
export type RebootsReport = Says<typeof rollouts.rebootsReport>;
export type RolloutMachine = Says<typeof rollouts.rolloutMachine>;
export type DeliveryReport = Says<typeof rollouts.deliveryReport>;
export type PackageDelivery = Says<typeof why.packageDelivery>;
export type PlanReport = Says<typeof plan.planReport>;
export type OutputRow = Says<typeof machines.outputRow>;
export type MachineRow = Says<typeof machines.machineRow>;
export type FactsRow = Says<typeof machines.factsRow>;
export type WhyReport = Says<typeof why.whyReport>;
export type SwarmReport = Says<typeof swarm.swarmReport>;
export type PackageRow = Says<typeof packages.packageRow>;
export type PackagePage = Says<typeof packages.packagePage>;
export type ScheduleReport = Says<typeof schedule.scheduleReport>;
export type AuditLine = Says<typeof audit.auditLine>;
export type AuditPage = Says<typeof audit.auditPage>;
export type AuditVerification = Says<typeof audit.auditVerification>;
export type Role = Says<typeof tokens.roles>;
export type Session = Says<typeof tokens.session>;
export type TokenRow = Says<typeof tokens.tokenRow>;
export type TokenMade = Says<typeof tokens.tokenMade>;
export type SwarmPackage = SwarmReport["packages"][number];
export type SwarmMachine = SwarmPackage["machines"][number];
export type ScheduleRow = ScheduleReport["policies"][number];
export type WayCount = RolloutReport["ways"][number];
export type PlannedStep = PlanReport["steps"][number];
export type PlannedWait = PlanReport["held"][number];
export type WhyPolicy = WhyReport["policies"][number];

/** How many machines, and the first few names. */
export type Several = Pick<MachineGroup, "machines" | "names">;
