import type { HeldReason } from "../plan/held.ts";

/** What a simulation saw. Times are ms since the epoch. */
export interface Timeline {
	readonly policy: string;
	readonly revision: string;
	readonly timeZone: string;
	readonly seed: number;
	readonly start: number;
	readonly end: number;
	/** Machines of the modelled fleet, and those of them that the policy selects. */
	readonly machines: number;
	readonly selected: number;
	readonly rings: readonly RingTimes[];
	/** What happened to the rollout as a whole, in order. */
	readonly moments: readonly Moment[];
	/** When installs may start, as long as the rollout had something to do. */
	readonly windows: readonly Span[];
	/** How many machines were in which state, in the order of time. */
	readonly samples: readonly Sample[];
	readonly peaks: {
		readonly installs: Peak;
		readonly reboots: Peak;
		readonly deliveries: Peak;
		readonly sessions: Peak;
	};
	readonly missedRuns: readonly number[];
	readonly verified: Edges | null;
	readonly failures: readonly { readonly code: string; readonly machines: number; readonly first: string }[];
	/** Why machines are not done at the end, the most frequent first. */
	readonly reasons: readonly {
		readonly reason: HeldReason;
		readonly machines: number;
		readonly first: string | null;
	}[];
	readonly decisions: number;
	readonly events: number;
}

export interface Span {
	readonly name: string;
	readonly from: number;
	readonly to: number;
}

export interface Peak {
	readonly most: number;
	readonly at: number | null;
}

/** The first and the last machine, and when. */
export interface Edges {
	readonly first: { readonly machine: string; readonly at: number };
	readonly last: { readonly machine: string; readonly at: number };
}

export interface RingTimes {
	readonly name: string;
	readonly machines: number;
	/** When its first install started. */
	readonly startedAt: number | null;
	readonly promotedAt: number | null;
	/** When half, nine tenths and all of what was verified in the end had been. */
	readonly halfAt: number | null;
	readonly mostAt: number | null;
	readonly lastAt: number | null;
	readonly verified: number;
	readonly failed: number;
}

export type Moment = { readonly at: number } & (
	| { readonly kind: "run_began"; readonly run: number }
	| { readonly kind: "went_back"; readonly revision: string; readonly why: string }
	| { readonly kind: "package_held"; readonly sha256: string }
	| { readonly kind: "ring_started"; readonly ring: string; readonly machine: string }
	| { readonly kind: "ring_soaks"; readonly ring: string }
	| { readonly kind: "ring_promoted"; readonly ring: string }
	| { readonly kind: "run_queued" | "run_missed"; readonly run: number }
	| { readonly kind: "halted"; readonly why: string }
	| { readonly kind: "stopped"; readonly reason: HeldReason }
	| { readonly kind: "person"; readonly act: "approves" | "promotes"; readonly ring: string | null }
	| { readonly kind: "first_failure"; readonly machine: string; readonly why: string }
	| { readonly kind: "available" | "deadline" }
	| { readonly kind: "controller_off" | "controller_back" }
);

/** away: out of reach with something left to do.   holding: has the packages and waits for its install.   left_out: not applicable, skipped or excluded. */
export const STATES = [
	"verified",
	"rebooting",
	"installing",
	"holding",
	"delivering",
	"waiting",
	"away",
	"left_out",
	"rolled_back",
	"failed",
] as const;
export type State = (typeof STATES)[number];

export interface Sample {
	readonly at: number;
	readonly counts: Readonly<Record<State, number>>;
}
