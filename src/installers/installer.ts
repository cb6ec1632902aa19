import type { DetectionRule, PackageSpec, ReturnCodes } from "../model/policy.ts";

/** What runs on the machine: a fixed program of ours and the words that it is given. Nothing of a policy is ever in the program. */
export interface Act {
	readonly program: string;
	readonly words: readonly string[];
}

export interface ActOptions {
	/** The rollout brings an earlier version back; absent: a newer one that is there stays. */
	readonly mayDowngrade?: true;
}

/** What a policy says of a package by the time its detection is looked for. */
export type Described = Pick<PackageSpec, "name" | "version" | "install">;

export interface Ended {
	readonly exitCode: number;
	/** The kept begin and end of what it printed. */
	readonly output: string;
}

/** One type of package: all that is known of it, in one place. */
export interface Installer {
	/** Completes "type: ", for whoever writes a policy. */
	readonly what: string;
	/** Systems that have it, as `MachineFacts.os`: on any other the package is not applicable. */
	readonly os: readonly string[];
	/** Any of these does the work, as `MachineFacts.packageManagers`: a system with none of them does not have the type either. Absent: it needs none. */
	readonly managers?: readonly string[];
	/** Ends the path that the installer opens, where it looks at the name: ".deb". */
	readonly suffix: string;
	/** What shows by default that it is there, and that it is not; null: the policy has to say it. */
	readonly detection: {
		readonly present: (described: Described) => readonly DetectionRule[];
		readonly absent: (described: Described) => readonly DetectionRule[];
	} | null;
	/** What exit codes mean where the policy does not say. */
	readonly returnCodes: ReturnCodes;
	/** The folder that `install.destination` replaces; absent: it has none. */
	readonly destination?: (name: string) => string;
	/** The switches in it keep the installer from asking anybody. */
	readonly install: (spec: PackageSpec, options: ActOptions) => Act;
	/** Null: only by the policy's `uninstall.command`. */
	readonly uninstall: ((spec: PackageSpec) => Act) | null;
	/** Who holds its lock, in words, when that is why it ended; null: that is not why. */
	readonly busy: (ended: Ended) => string | null;
}

export const ZERO_IS_SUCCESS: ReturnCodes = { success: [0], softReboot: [], hardReboot: [], retry: [] };
