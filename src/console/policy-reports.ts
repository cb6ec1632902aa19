/** A policy in force, as a person has to see it before approving it. */
export interface PolicyReport {
	readonly policy: string;
	readonly revision: string;
	readonly source: string;
	readonly applied_at: string;
	/** null: it needs none. */
	readonly approval: ApprovalReport | null;
	/** Every key and its value, one line each: "packages[app].version: 2". */
	readonly content: readonly string[];
	/** Against the revision that was rolled out last, if that is another one. */
	readonly since: { readonly revision: string; readonly differences: readonly DifferenceReport[] } | null;
}

export interface DifferenceReport {
	/** `rollout.rings[1].target_percentage` */
	readonly path: string;
	/** As written; null: not there. */
	readonly before: string | null;
	readonly after: string | null;
	readonly sentence: string;
}

/** What reading the files changes, policy by policy in the order of their names. */
export interface ChangesReport {
	readonly policies: readonly PolicyChange[];
	/** Of the daemon's configuration. */
	readonly settings: readonly SettingChange[];
	/** One line each; empty when all is well. */
	readonly problems: readonly string[];
}

export interface SettingChange {
	/** `swarm.bandwidth` */
	readonly key: string;
	readonly effect: "now" | "after a restart";
}

export interface PolicyChange {
	readonly policy: string;
	readonly change: "added" | "changed" | "removed";
	readonly source: string;
	/** null: none. */
	readonly revision_before: string | null;
	readonly revision_after: string | null;
	readonly differences: readonly DifferenceReport[];
	/** What follows for its rollout. */
	readonly effect: string;
}

export interface ApprovalReport {
	readonly required: number;
	/** Empty: anybody. */
	readonly approvers: readonly string[];
	readonly given: readonly { readonly by: string; readonly at: string; readonly counts: boolean }[];
	readonly is_approved: boolean;
}
