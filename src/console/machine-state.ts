import type { Failure } from "../model/failure.ts";
import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Step } from "../model/step.ts";
import { describeReason } from "../plan/describe-held.ts";
import type { Held } from "../plan/held.ts";
import { failureOf as failureIn, seatOf } from "../plan/seat.ts";
import type { MachineStanding } from "../plan/standing.ts";
import { taskOf } from "../plan/task.ts";
import { unnamed } from "../plan/unnamed.ts";
import { byWhom } from "./act.ts";
import type { MachineState } from "./cockpit.ts";
import type { InFlight, Sight } from "./sight.ts";

export interface Standing {
	readonly state: MachineState;
	/** The one reason why it is not done; null when it is, or when its own step is in flight. */
	readonly reason: string | null;
	readonly failure: Failure | null;
	/** What the core said of it. */
	readonly held: Held | null;
	readonly inFlight: InFlight | null;
}

const NOTHING = { reason: null, failure: null, held: null, inFlight: null };

/** Where a machine stands in one rollout, in the words that people see. */
export function standingOf(
	sight: Sight,
	rollout: Rollout,
	{ machine, where }: { readonly machine: Machine; readonly where: MachineStanding },
): Standing {
	const { name, trust } = machine;
	const inFlight = sight.inFlight(rollout, name) ?? null;
	if (where === "verified" && trust.kind !== "discovered")
		return { ...NOTHING, state: rollout.restores ? "rolled_back" : "verified" };
	if (where === "failed") return failed(rollout, machine);
	if (inFlight) return { ...NOTHING, state: doing(inFlight.step, rollout), inFlight };
	const held = sight.held(rollout.policy.name, name) ?? null;
	const waits = { ...NOTHING, held, reason: held && sight.sentence(held), failure: failureOf(held) };
	if (where !== "open" && where !== "verified")
		return { ...waits, state: where, reason: ownReason(machine) ?? waits.reason };
	if (trust.kind !== "approved") return { ...waits, state: trust.kind };
	if (rollout.reboots.get(name)?.phase === "running") return { ...waits, state: "rebooting" };
	if (held?.reason.kind === "waiting_for_machine") return { ...waits, state: "waiting_for_machine" };
	return { ...waits, state: "waiting", reason: waits.reason ?? "about to go on" };
}

/** Also while nobody asks about it: a paused policy holds its failed machines for the pause alone. */
function failed(rollout: Rollout, machine: Machine): Standing {
	const failure = failureIn(seatOf(rollout, machine));
	return {
		...NOTHING,
		state: "failed",
		failure,
		reason: describeReason(rollout.policy.name, { kind: "failed", failure: unnamed(machine.name, failure) }),
	};
}

/** A paused policy says nothing of those that are taken out. */
function ownReason({ excluded }: Machine): string | null {
	return excluded ? `excluded by ${byWhom(excluded)}` : null;
}

function doing(step: Step, rollout: Rollout): MachineState {
	switch (step.kind) {
		case "deliver":
			return "delivering";
		case "reboot":
			return "rebooting";
		case "read_facts":
			return "inspecting";
		case "inspect":
			// Between the installer's end and the word of detection it still counts as installing.
			return taskOf(rollout, step.machine, step.package).phase === "exited" ? "installing" : "inspecting";
		default:
			return "installing";
	}
}

function failureOf(held: Held | null): Failure | null {
	return held && "failure" in held.reason ? held.reason.failure : null;
}
