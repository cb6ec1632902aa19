import type { MachineState } from "../console/cockpit.ts";

export interface StateLook {
	/** Drawn beside the colour, which is never the only sign. */
	readonly mark: string;
	readonly tone: "good" | "bad" | "busy" | "look" | "wait";
	readonly words: string;
}

export const STATES: Readonly<Record<MachineState, StateLook>> = {
	failed: { mark: "✕", tone: "bad", words: "failed" },
	quarantined: { mark: "!", tone: "look", words: "quarantined" },
	rolled_back: { mark: "↶", tone: "look", words: "rolled back" },
	installing: { mark: "▶", tone: "busy", words: "installing" },
	delivering: { mark: "↓", tone: "busy", words: "delivering" },
	rebooting: { mark: "↻", tone: "busy", words: "rebooting" },
	inspecting: { mark: "?", tone: "busy", words: "inspecting" },
	waiting: { mark: "·", tone: "wait", words: "waiting" },
	waiting_for_machine: { mark: "z", tone: "wait", words: "waiting for the machine" },
	discovered: { mark: "+", tone: "look", words: "discovered" },
	skipped: { mark: "–", tone: "look", words: "skipped" },
	verified: { mark: "✓", tone: "good", words: "verified" },
	excluded: { mark: "x", tone: "wait", words: "excluded" },
	not_applicable: { mark: "o", tone: "wait", words: "not applicable" },
	not_targeted: { mark: "", tone: "wait", words: "not targeted" },
};

/** The same in both colour schemes: white marks are readable on each (WCAG 1.4.3). */
export const TONES: Readonly<Record<StateLook["tone"], string>> = {
	good: "#1a7f37",
	bad: "#cf222e",
	busy: "#0969da",
	look: "#8a6100",
	wait: "#6e7781",
};
