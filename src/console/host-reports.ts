/** One thing that was looked at on this computer. */
export interface Finding {
	/** Of what: "ssh key", "clock". */
	readonly about: string;
	/** note: works, and should be known.   wrong: something will not work. */
	readonly state: "good" | "note" | "wrong";
	readonly saw: string;
	/** What to do about it; null: nothing. */
	readonly mend: string | null;
}

/** What `fleetseed init` did: files in the order in which they were looked at. */
export interface InitReport {
	readonly folder: string;
	readonly made: readonly string[];
	/** Were there before, and are as they were. */
	readonly kept: readonly string[];
	/** As it stands in authorized_keys. */
	readonly public_key: string;
	readonly next: readonly string[];
}

/** What `fleetseed check` found in the installed configuration. */
export interface InstalledReport {
	readonly files: readonly string[];
	/** One line each, with its place and what to do. */
	readonly problems: readonly string[];
	/** What should be known and is no problem. */
	readonly notes: readonly string[];
}

/** What came of copying the journal. */
export type BackupAnswer =
	| { readonly kind: "copied"; readonly file: string; readonly sizeBytes: number }
	| { readonly kind: "refused"; readonly why: string; readonly advice: string };
