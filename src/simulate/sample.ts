import type { Fleet, Rollout } from "../model/fleet.ts";
import { machineOf, type Step } from "../model/step.ts";
import { isOutOfReach } from "../plan/contact.ts";
import { membership } from "../plan/rings.ts";
import type { Seat } from "../plan/seat.ts";
import type { MachineStanding } from "../plan/standing.ts";
import { type Sample, STATES, type State } from "./timeline.ts";

/** How many selected machines are in which state now. */
export function sample(fleet: Fleet, policy: string, now: number): Sample {
	const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
	const rollout = fleet.rollouts.get(policy);
	if (!rollout) return { at: now, counts: { ...counts, waiting: fleet.machines.size } };
	const doing = new Map<string, Step["kind"]>();
	for (const { step } of fleet.running.values()) {
		const machine = machineOf(step);
		if (machine !== null) doing.set(machine, step.kind);
	}
	const { rings, undecided, untouched } = membership(fleet, rollout, now);
	for (const { members, standings } of rings)
		for (const [index, seat] of members.entries()) {
			const where = { standing: standings[index] ?? "open", doing: doing.get(seat.machine.name) };
			counts[stateOf(rollout, seat, where)] += 1;
		}
	for (const machine of [...undecided, ...untouched]) counts[isOutOfReach(machine) ? "away" : "waiting"] += 1;
	return { at: now, counts };
}

interface Where {
	readonly standing: MachineStanding;
	readonly doing: Step["kind"] | undefined;
}

function stateOf(rollout: Rollout, { tasks, reboot, isOutOfReach: isAway }: Seat, { standing, doing }: Where): State {
	if (standing === "verified") return rollout.restores ? "rolled_back" : "verified";
	if (standing === "failed") return "failed";
	if (standing !== "open") return "left_out";
	if (doing === "reboot" || reboot?.phase === "running") return "rebooting";
	if (doing === "install" || doing === "follow") return "installing";
	if (doing === "deliver") return "delivering";
	if (tasks.some(({ task }) => task.phase === "exited" || task.phase === "running")) return "installing";
	if (isAway) return "away";
	return tasks.every(({ task }) => task.phase === "staged" || task.phase === "verified") ? "holding" : "waiting";
}
