import type { TimeWindow } from "./time-window.ts";
import type { Bandwidth } from "./traffic.ts";

/** A validated policy: what an administrator wants, with every default filled in. Durations are in ms. */
export interface Policy {
	readonly name: string;
	/** SHA-256 of the canonical content, hex: two texts that mean the same have the same revision. */
	readonly revision: string;
	readonly packages: readonly PackageSpec[];
	readonly targets: Selector;
	readonly rollout: RolloutSpec;
	readonly schedule: Schedule;
	readonly maintenanceWindows: readonly MaintenanceWindow[];
	/** No install starts before it, ms since the epoch; packages are downloaded and delivered earlier. */
	readonly availableAt?: number;
	/** From then on installs and reboots wait for no window, ms since the epoch. Rings, budgets and slots still hold. */
	readonly deadline?: number;
	/** A machine that comes back after the deadline has this long before it is forced. */
	readonly gracePeriodMs: number;
	readonly approval?: Approval;
	readonly reboot: RebootSpec;
	readonly retries: RetrySpec;
	readonly offline: OfflineSpec;
	readonly ssh: SshSettings;
	readonly hooks?: Hooks;
	/** Absent: everything is done as the user who logs in. */
	readonly become?: Become;
	/** Absent: by DELIVERY_METHODS. */
	readonly delivery?: DeliverySpec;
	/** How fast each machine may receive and pass on the packages; absent: no limit. */
	readonly bandwidth?: Bandwidth;
}

/** Shell scripts around each installer of the policy, run by /bin/sh on the machine within the time of the install. */
export interface Hooks {
	/** Before it: 21 asks for a later try, any other code but 0 is a failure. */
	readonly preInstall?: string;
	/** After it has succeeded by its exit code; any code but 0 is a failure. */
	readonly postInstall?: string;
	/** After any of them has failed. */
	readonly onFailure?: string;
}

export interface DeliverySpec {
	/** By which ways packages may come to a machine, the preferred one first. */
	readonly methods: readonly DeliveryMethod[];
}

/**
 * agent: our peer, installed on the machine.   helper: our peer as one file, pushed over SSH once and kept.
 * aria2c: in the swarm, too.   http: range requests to the controller, by curl or wget.   sftp: through the SSH session itself.
 */
export const DELIVERY_METHODS = ["agent", "helper", "aria2c", "http", "sftp"] as const;
export type DeliveryMethod = (typeof DELIVERY_METHODS)[number];

/** Who does the work on the machine, when that is not the user who logs in. */
export interface Become {
	readonly method: "sudo" | "doas";
	readonly user: string;
	/** The name of the credential that holds what sudo asks for. */
	readonly password?: string;
}

/** Nothing reaches a machine before this many different people have approved the revision. */
export interface Approval {
	readonly required: number;
	/** Whose approval counts; empty: anybody's. */
	readonly approvers: readonly string[];
}

/**
 * never: no reboot, whatever is needed.   if_needed: after an install that needs one, by exit code or by the machine's word.
 * always: once after whatever was installed.
 */
export type RebootPolicy = "never" | "if_needed" | "always";

export interface RebootSpec {
	readonly policy: RebootPolicy;
	/** Reboots that may be under way at once. */
	readonly concurrency: Count;
	/** When reboots may start; absent: in the maintenance windows. */
	readonly window?: MaintenanceWindow;
	/** From the request until the machine must be back with another boot id and pass the test. */
	readonly timeoutMs: number;
	/** Run by /bin/sh after the reboot; must exit with 0. */
	readonly testCommand?: string;
	/** Wait while somebody is logged in (until the deadline). */
	readonly skipIfUsers: boolean;
}

export interface RetrySpec {
	/** Automatic new attempts of an install that failed. */
	readonly max: number;
	readonly delayMs: number;
	readonly backoff: "fixed" | "exponential";
	readonly on: readonly RetryCause[];
}

export type RetryCause = "failed" | "timed_out" | "not_detected";

/**
 * wait: brought up whenever it appears.   skip: left out of this run.   fail: counts as failed.
 * An absent machine holds nobody up meanwhile.
 */
export interface OfflineSpec {
	readonly policy: "wait" | "skip" | "fail";
	/** How long a machine may be absent before the policy gives it up in this run. */
	readonly giveUpAfterMs: number;
}

export interface PackageSpec {
	readonly name: string;
	readonly version: string;
	/** A word of the registry of installers: "deb". */
	readonly type: string;
	/** Absent: it shall be there. */
	readonly state?: "absent";
	readonly source: { readonly url: string; readonly mirrors: readonly string[] };
	/** SHA-256 of the whole file, 64 hex digits in lower case; empty when it shall be absent, for which no file is needed. */
	readonly sha256: string;
	readonly install: InstallSpec;
	/** How it is removed; absent: as its type is. */
	readonly uninstall?: UninstallSpec;
	readonly detection: readonly DetectionRule[];
	readonly returnCodes: ReturnCodes;
	readonly requirements: Requirements;
}

/** Machines that do not meet them are not applicable: left out, neither installed nor failed. Empty: every machine will do. */
export interface Requirements {
	/** Any of these, as `MachineFacts.os` or `.distribution`. */
	readonly os: readonly string[];
	/** Any of these, as `MachineFacts.arch`. */
	readonly arch: readonly string[];
	/** Compared number by number: "12" is met by "12.5". */
	readonly minOsVersion?: string;
	/** Free where packages are staged. */
	readonly diskSpaceMb?: number;
	readonly memoryMb?: number;
	/** Run by /bin/sh on the machine; must exit with 0. */
	readonly script?: string;
}

export interface InstallSpec {
	/** A program that replaces the type's default; `{file}` in an argument stands for the staged package. */
	readonly command?: string;
	readonly arguments: readonly string[];
	readonly timeoutMs: number;
	readonly env: Readonly<Record<string, string>>;
	/** Archives only: the folder that receives VERSION/ and the link `current`. */
	readonly destination?: string;
}

export interface UninstallSpec {
	/** A program that replaces the type's default. */
	readonly command?: string;
	/** Of that program, or of the type's own. */
	readonly arguments: readonly string[];
}

/**
 * All rules of a package must hold for it to count as installed, and none for it to count as absent. Paths are absolute (on Windows with
 * a drive) or start with `~/`.
 */
export type DetectionRule =
	| { readonly type: "package"; readonly name: string; readonly version?: string }
	| {
			readonly type: "file";
			readonly path: string;
			readonly sha256?: string;
			/** Of a program or library of Windows: "2.10.0.34". */
			readonly version?: string;
	  }
	| {
			readonly type: "registry";
			/** Of HKLM. */
			readonly key: string;
			/** A name; absent: that the key exists is enough. */
			readonly value?: string;
			readonly data?: string;
			readonly view: 32 | 64;
	  }
	| {
			readonly type: "msi";
			/** A GUID in braces. */
			readonly productCode: string;
			readonly version?: string;
	  }
	| { readonly type: "script"; readonly script: string };

export interface ReturnCodes {
	readonly success: readonly number[];
	readonly softReboot: readonly number[];
	readonly hardReboot: readonly number[];
	readonly retry: readonly number[];
}

/** Criteria of different kinds must all hold; within one kind any is enough, except labelsIncludeAll. */
export interface Selector {
	readonly groups: readonly string[];
	readonly machines: readonly string[];
	/** A glob over machine names: `*` and `?`. */
	readonly match?: string;
	readonly labelsIncludeAny: readonly string[];
	readonly labelsIncludeAll: readonly string[];
	readonly labelsExcludeAny: readonly string[];
}

export interface RolloutSpec {
	readonly rings: readonly Ring[];
	/** Installs that may run at once, over all rings. */
	readonly maxConcurrency: Count;
	/** Nothing new starts once more machines than this have failed. */
	readonly maxErrors?: number;
	/** Nothing new starts once more than this percent of the started machines have failed ... */
	readonly maxFailPercentage?: number;
	/** ... and at least this many have started. */
	readonly minExecuted: number;
	/** What follows when a budget is spent or the progress deadline has passed. */
	readonly onFailure: OnFailure;
	/** A ring that may install and verifies no machine for so long has failed. */
	readonly progressDeadlineMs?: number;
	/** Percent of a ring that must hold the verified packages before its installs start; deliveries then do not wait for rings. */
	readonly prestageThreshold?: number;
}

/** pause: nothing new starts until the failed are retried.   abort: the run is over.   rollback: back to the revision before. */
export type OnFailure = "pause" | "abort" | "rollback";

export interface Ring {
	readonly name: string;
	/** Which machines: a selection, a share of the rest by stable hash, or (neither) all that no earlier ring took. */
	readonly members:
		| { readonly kind: "targets"; readonly targets: Selector }
		| { readonly kind: "percentage"; readonly percentage: number }
		| { readonly kind: "rest" };
	readonly maxConcurrency?: Count;
	/** Percent of the ring's reachable, applicable machines that must be verified before the next ring starts. */
	readonly successThreshold: number;
	/** How long a proven ring must stay so, with a look at each machine at the end, before the next ring starts. */
	readonly minHealthyTimeMs: number;
	/** auto: the next ring starts when this one is proven.   manual: when a person also says so. */
	readonly promote: "auto" | "manual";
	/** As in the rollout, over this ring's machines alone. */
	readonly maxErrors?: number;
	readonly maxFailPercentage?: number;
}

export type Count =
	| { readonly kind: "absolute"; readonly value: number }
	| { readonly kind: "percent"; readonly value: number };

export type Schedule = { readonly kind: "now"; readonly suspend: boolean } | CronSchedule;

export interface CronSchedule {
	readonly kind: "cron";
	readonly cron: string;
	readonly timeZone: string;
	/** How late a run may begin. */
	readonly startingDeadlineMs?: number;
	/** A run that was missed is made up, the latest one once. */
	readonly persistent: boolean;
	/** Each run begins up to so much later, by a stable hash of policy and run. */
	readonly randomizedDelayMs: number;
	/** No run begins. */
	readonly suspend: boolean;
}

export interface MaintenanceWindow extends TimeWindow {
	/** No install starts in the last part of the window. */
	readonly cutoffMs: number;
}

export interface SshSettings extends LoginSpec {
	/** Absent: what ssh_config says, and else root. */
	readonly user?: string;
	readonly port?: number;
	/** `[user@]host[:port]`, separated by commas, the nearest first; "none": directly, whatever ssh_config says. */
	readonly proxyJump?: string;
	readonly connectTimeoutMs: number;
}

/** How we log in. Who says none of it leaves all of it to the daemon's configuration. Secrets are names of credentials. */
export interface LoginSpec {
	readonly identityFile?: string;
	readonly identity?: string;
	/** Of either of the two. */
	readonly passphrase?: string;
	/** The socket of an SSH agent, or SSH_AUTH_SOCK. */
	readonly identityAgent?: string;
	readonly password?: string;
}
