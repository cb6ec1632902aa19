/** Where payloads are sent from, for one shell and some of them. */
export interface Ground {
	readonly shell: readonly string[];
	readonly batch: readonly string[];
	/** Those of the batch that are this shell's to try one by one: over all shells, each once. */
	readonly share: readonly string[];
	readonly folder: string;
	readonly env: Readonly<Record<string, string>>;
	readonly count: (field: string, words: number) => void;
	readonly compare: (field: string, got: readonly string[], put: readonly string[]) => void;
}

/** One way by which words of a policy or a machine come to a shell. */
export type Way = (ground: Ground) => void | Promise<void>;

/** Prints its words with a mark after each that no payload has. */
export const ECHO = 'for word; do printf "%s\\001" "$word"; done';
