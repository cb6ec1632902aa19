import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { tasksOf } from "../plan/task.ts";
import type { Standing } from "./machine-state.ts";

/** Since when a machine is in the state that it is in, ms since the epoch; null: that is not kept. */
export function sinceOf(rollout: Rollout, machine: Machine, { state, inFlight }: Standing): number | null {
	if (inFlight) return inFlight.at;
	switch (state) {
		case "excluded":
			return machine.excluded?.at ?? null;
		case "quarantined":
			return machine.trust.kind === "quarantined" ? machine.trust.at : null;
		case "waiting_for_machine":
			return awaySince(machine);
		case "not_applicable":
			return machine.facts?.at ?? null;
		case "waiting":
		case "verified":
		case "rolled_back":
		case "failed":
		case "rebooting":
			return lastChange(rollout, machine.name);
		default:
			return null;
	}
}

function awaySince({ presence }: Machine): number | null {
	switch (presence.kind) {
		case "unreachable":
			return presence.since;
		case "silent":
			return presence.at;
		default:
			return null;
	}
}

/** Nothing has happened on it yet: since the run began. */
function lastChange(rollout: Rollout, machine: string): number {
	const times = tasksOf(rollout, machine).map(({ task }) => task.at);
	return Math.max(rollout.beganAt, ...times, rollout.reboots.get(machine)?.at ?? 0);
}
