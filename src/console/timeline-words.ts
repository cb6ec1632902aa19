import type { State } from "../simulate/timeline.ts";

/** How the states of a simulation are told to people. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
	verified: "verified",
	rebooting: "rebooting",
	installing: "installing",
	holding: "holding the packages",
	delivering: "being delivered to",
	waiting: "waiting",
	away: "away",
	left_out: "left out",
	rolled_back: "rolled back",
	failed: "failed",
};
