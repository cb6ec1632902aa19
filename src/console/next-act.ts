import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { nextReboot, seatOf } from "../plan/seat.ts";
import type { Open } from "../plan/task.ts";
import { timeZoneOf } from "../plan/time-zone.ts";
import type { Standing } from "./machine-state.ts";
import { timeText } from "./time-text.ts";

/** What is done with the machine next, and when, as a sentence; null: there is nothing to say. */
export function nextFor(rollout: Rollout, machine: Machine, standing: Standing): string | null {
	switch (standing.state) {
		case "waiting":
		case "waiting_for_machine":
		case "rebooting":
			return nextAct(rollout, machine, standing);
		case "failed":
			return "It stays so until a person retries it or the next run begins.";
		case "quarantined":
			return "Nothing is done on it until a person approves its key.";
		case "discovered":
			return "It takes part once a person has approved it.";
		case "excluded":
			return "No rollout begins anything on it.";
		case "not_applicable":
			return "It is left out and counts neither as installed nor as failed.";
		case "skipped":
			return rollout.policy.offline.policy === "skip"
				? "It is left out of this run."
				: "It is brought up as soon as it appears.";
		default:
			return null;
	}
}

function nextAct(rollout: Rollout, machine: Machine, { held, inFlight }: Standing): string | null {
	const isUntouched = rollout.restores?.machines.has(machine.name) === false;
	if (inFlight || isUntouched) return null;
	const act = actOn(rollout, machine);
	if (act === null) return null;
	const until = held?.until;
	if (until === undefined) return `Next, as soon as nothing holds it: ${act}.`;
	const when = `not before ${timeText(until, timeZoneOf(rollout.policy))}`;
	return held?.reason.kind === "waiting_for_machine"
		? `Next, when it announces itself, and else ${when}: ${act}.`
		: `Next, ${when}: ${act}.`;
}

function actOn(rollout: Rollout, machine: Machine): string | null {
	const seat = seatOf(rollout, machine);
	if (nextReboot(seat, seat.next)) return "it reboots";
	return seat.next && actFor(seat.next);
}

function actFor({ spec: { name, version }, task }: Open): string {
	const what = `${name} ${version}`;
	switch (task.phase) {
		case "absent":
			return `${what} is delivered to it`;
		case "staged":
			return `${what}, which it holds already, is installed`;
		case "running":
			return `the installer of ${what} is followed to its end`;
		default:
			return `whether it has ${what} is looked at`;
	}
}
