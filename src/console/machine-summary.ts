import type { Machine } from "../model/machine.ts";
import { byWhom } from "./act.ts";
import type { MachineState, RolloutMachine } from "./cockpit.ts";

/** One machine over all rollouts that it is a member of. */
export interface MachineSummary {
	/** In the worst of its states. */
	readonly worst: RolloutMachine;
	/** Rollouts in which it has a part, and in how many of them it came to which end. */
	readonly parts: number;
	readonly verified: number;
	readonly failed: number;
	readonly rolledBack: number;
}

/** By machine name, from the machines of all rollouts. */
export function summarize(rows: Iterable<RolloutMachine>): ReadonlyMap<string, MachineSummary> {
	const summaries = new Map<string, MachineSummary>();
	for (const row of rows) summaries.set(row.machine, withRow(summaries.get(row.machine), row));
	return summaries;
}

function withRow(summary: MachineSummary | undefined, row: RolloutMachine): MachineSummary {
	const { worst = row, parts = 0, verified = 0, failed = 0, rolledBack = 0 } = summary ?? {};
	const { state } = row;
	return {
		worst: badness(state) < badness(worst.state) ? row : worst,
		parts: parts + (isLeftOut(state) ? 0 : 1),
		verified: verified + (state === "verified" ? 1 : 0),
		failed: failed + (state === "failed" ? 1 : 0),
		rolledBack: rolledBack + (state === "rolled_back" ? 1 : 0),
	};
}

/** What a machine is shown as: its worst state, or why it is in no rollout. */
export function machineLine(
	{ name, trust, excluded }: Machine,
	summary: MachineSummary | undefined,
): { readonly name: string; readonly state: MachineState; readonly reason: string | null } {
	if (summary) return { name, state: summary.worst.state, reason: summary.worst.reason };
	if (trust.kind !== "approved") return { name, state: trust.kind, reason: null };
	if (excluded) return { name, state: "excluded", reason: `excluded by ${byWhom(excluded)}` };
	return { name, state: "not_targeted", reason: "no policy selects it" };
}

/** 0 is what a person should look at first. */
export function badness(state: MachineState): number {
	switch (state) {
		case "failed":
			return 0;
		case "quarantined":
			return 1;
		case "rolled_back":
			return 3;
		case "skipped":
			return 4;
		case "verified":
			return 5;
		case "excluded":
			return 6;
		case "not_applicable":
			return 7;
		case "not_targeted":
			return 8;
		default:
			return 2;
	}
}

function isLeftOut(state: MachineState): boolean {
	return state === "not_applicable" || state === "excluded" || state === "skipped";
}
