import { ERROR_CODES, type ErrorCode } from "../model/error-codes.ts";
import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import type { HeldReason } from "../plan/held.ts";
import { standingAt } from "../plan/seat.ts";
import { seatsOf } from "../plan/seating.ts";
import { someOf } from "./counted.ts";
import type { Standing } from "./machine-state.ts";
import type { Sight } from "./sight.ts";

export interface Ground {
	readonly policy: Policy;
	readonly rollout: Rollout | undefined;
	readonly machine: Machine;
	readonly standing: Standing;
}

/** What a person can do about a machine's state, with the names filled in; null: nothing that we know of. */
export function adviceFor(sight: Sight, ground: Ground): string | null {
	const { machine, standing } = ground;
	const { name } = machine;
	switch (standing.state) {
		case "verified":
		case "rolled_back":
		case "inspecting":
		case "delivering":
		case "installing":
		case "rebooting":
			return "There is nothing to do.";
		case "discovered":
			return `Approve it: fleetseed machines approve ${name}`;
		case "excluded":
			return `Let it take part again: fleetseed include ${name}`;
		case "quarantined":
			return filledIn(quarantineCode(machine), sight.fleet, ground);
		case "skipped":
			return `Switch it on, or: fleetseed retry ${name}`;
	}
	if (standing.failure) return filledIn(standing.failure.code, sight.fleet, ground);
	return standing.held && adviceOn(sight, ground, standing.held.reason);
}

function quarantineCode({ trust }: Machine): ErrorCode {
	return "clones" in trust ? "FS-MACHINE-CLONED" : "FS-SSH-HOSTKEY";
}

/** The table's advice, with names for its placeholders. */
function filledIn(code: ErrorCode, fleet: Fleet, { policy, machine, standing }: Ground): string {
	const broken = policy.packages.find(({ sha256 }) => {
		const state = fleet.packages.get(sha256);
		return state !== undefined && state.kind !== "held" && state.failure === standing.failure;
	});
	return ERROR_CODES[code]
		.replaceAll("MACHINE", machine.name)
		.replaceAll("--package DIGEST", `--package ${broken?.sha256 ?? "DIGEST"}`);
}

function adviceOn(sight: Sight, { policy, rollout }: Ground, reason: HeldReason): string | null {
	const { name } = policy;
	switch (reason.kind) {
		case "paused":
			return `Go on: fleetseed resume${sight.fleet.pause ? "" : ` ${name}`}`;
		case "suspended":
			return `Run it all the same: fleetseed run ${name}`;
		case "not_scheduled":
			return `There is nothing to do; to run it now: fleetseed run ${name}`;
		case "aborted":
			return `Go on with it: fleetseed retry --policy ${name} --only failed,waiting,not_started; or anew: fleetseed run ${name}`;
		case "rolled_back":
			return `Mend the policy, or try it again: fleetseed run ${name}`;
		case "approval_pending":
			return `Look at it and approve it: fleetseed approve ${name}`;
		case "promotion_pending":
			return `Let the next ring start: fleetseed promote ${name} ${reason.ring}`;
		case "budget_spent":
		case "no_progress":
			return stuckIn(sight, rollout, reason.ring) ?? `Mend the cause, then: fleetseed retry --policy ${name}`;
		case "ring_waiting":
			if (reason.members === 0)
				return `Change the targets or the share of ring ${reason.ring}; fleetseed simulate shows what that does.`;
			return stuckIn(sight, rollout, reason.ring);
		case "rechecking":
		case "prestaging":
			return stuckIn(sight, rollout, reason.ring);
		case "in_no_ring":
			return "Add a last ring without targets to the policy, which takes all that are left.";
		case "not_applicable":
			return "There is nothing to do, unless `requirements` says too much.";
		case "waiting_for_machine":
			return "Switch it on, or look at why it does not announce itself.";
		case "no_machines":
			return ERROR_CODES["FS-TARGETS-EMPTY"];
		default:
			return "There is nothing to do; it goes on by itself.";
	}
}

/** Who keeps a ring, or any, from being done: the failed first. */
function stuckIn(sight: Sight, rollout: Rollout | undefined, ring: string | undefined): string | null {
	if (!rollout) return null;
	const rings = sight.members(rollout).rings.filter((count) => ring === undefined || count.ring.name === ring);
	const failed = rings
		.flatMap(({ row }) => seatsOf(row))
		.filter((seat) => standingAt(rollout, seat, sight.now) === "failed");
	const first = failed[0];
	if (!first) return "There is nothing to do; it goes on by itself.";
	const names = someOf(failed.map(({ machine }) => machine.name));
	return `Mend what failed on ${names} (fleetseed why ${first.machine.name}), then: fleetseed retry --policy ${rollout.policy.name}`;
}
