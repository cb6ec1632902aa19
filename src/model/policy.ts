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
	readonly ssh: SshSettings;
}

export interface PackageSpec {
	readonly name: string;
	readonly version: string;
	readonly type: PackageType;
	readonly source: { readonly url: string; readonly mirrors: readonly string[] };
	/** SHA-256 of the whole file, 64 hex digits in lower case. */
	readonly sha256: string;
	readonly install: InstallSpec;
	readonly detection: readonly DetectionRule[];
	readonly returnCodes: ReturnCodes;
}

export type PackageType = "deb" | "archive" | "script";

export interface InstallSpec {
	/** A program that replaces the type's default; `{file}` in an argument stands for the staged package. */
	readonly command?: string;
	readonly arguments: readonly string[];
	readonly timeoutMs: number;
	readonly env: Readonly<Record<string, string>>;
	/** Archives only: the folder that receives VERSION/ and the link `current`. */
	readonly destination?: string;
}

/** All rules of a package must hold for it to count as installed. Paths are absolute or start with `~/`. */
export type DetectionRule =
	| { readonly type: "package"; readonly name: string; readonly version?: string }
	| { readonly type: "file"; readonly path: string; readonly sha256?: string }
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
}

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
}

export type Count =
	| { readonly kind: "absolute"; readonly value: number }
	| { readonly kind: "percent"; readonly value: number };

export type Schedule =
	| { readonly kind: "now" }
	| { readonly kind: "cron"; readonly cron: string; readonly timeZone: string };

export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface MaintenanceWindow {
	readonly name: string;
	readonly days: readonly Weekday[];
	/** Wall-clock start in the time zone. */
	readonly startTime: { readonly hour: number; readonly minute: number };
	readonly durationMs: number;
	readonly timeZone: string;
	/** No install starts in the last part of the window. */
	readonly cutoffMs: number;
}

export interface SshSettings {
	readonly user: string;
	readonly port?: number;
	readonly identityFile?: string;
	readonly connectTimeoutMs: number;
}
