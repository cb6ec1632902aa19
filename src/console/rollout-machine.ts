import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import { machineStanding, standingAt } from "../plan/seat.ts";
import { seatsOf } from "../plan/seating.ts";
import type { MachineStanding } from "../plan/standing.ts";
import { machinesIn, NOBODY } from "../plan/stretch.ts";
import { tasksOf } from "../plan/task.ts";
import type { RolloutMachine } from "./cockpit.ts";
import { deliveryReport } from "./delivery-report.ts";
import { type Standing, standingOf } from "./machine-state.ts";
import type { Sight } from "./sight.ts";
import { iso } from "./time-text.ts";

/** Share of a package that a machine holds, 0 to 1, while it is being delivered. */
type Delivered = (machine: string, sha256: string) => number | undefined;

/** The machines that the rollout's policy selects, in the order of its rings. */
export function rolloutMachines(sight: Sight, rollout: Rollout, delivered: Delivered): readonly RolloutMachine[] {
	const { rings, discovered, strays, undecided, untouched } = sight.members(rollout);
	const ground = { sight, rollout, delivered };
	const rows: RolloutMachine[] = [];
	for (const { ring, row } of rings)
		for (const seat of seatsOf(row)) {
			const where = standingAt(rollout, seat, sight.now);
			rows.push(rolloutMachine(ground, { machine: seat.machine, where }, ring.name));
		}
	for (const machine of [...undecided, ...discovered, ...strays, ...untouched])
		rows.push(rolloutMachine(ground, { machine, where: machineStanding(rollout, machine, sight.now) }, null));
	return rows;
}

/** The same before the first run: who is selected waits for it. */
export function selectedMachines(sight: Sight, policy: Policy): readonly RolloutMachine[] {
	const held = sight.wholeHeld(policy.name);
	const reason = held ? sight.sentence(held) : "about to begin";
	const nothing = { progress: null, delivery: null, exit_code: null, verified_at: null };
	const row = ({ name, trust }: Machine, ring: string | null): RolloutMachine => {
		return { machine: name, ring, state: trust.kind === "approved" ? "waiting" : trust.kind, reason, ...nothing };
	};
	const roster = sight.roster(policy);
	if (!roster) return [];
	return [
		...policy.rollout.rings.flatMap(({ name }, index) =>
			machinesIn(roster.rings[index] ?? NOBODY).map((each) => row(each, name)),
		),
		...[roster.undecided, roster.discovered, roster.strays].flatMap(machinesIn).map((each) => row(each, null)),
	];
}

interface Ground {
	readonly sight: Sight;
	readonly rollout: Rollout;
	readonly delivered: Delivered;
}

interface Stood {
	readonly machine: Machine;
	readonly where: MachineStanding;
}

function rolloutMachine({ sight, rollout, delivered }: Ground, stood: Stood, ring: string | null): RolloutMachine {
	const standing = standingOf(sight, rollout, stood);
	const { name } = stood.machine;
	const tasks = rollout.progress.has(name) ? tasksOf(rollout, name).map(({ task }) => task) : [];
	return {
		machine: name,
		ring,
		state: standing.state,
		reason: standing.reason,
		progress: deliveryProgress(rollout, standing, delivered),
		delivery: deliveryReport(tasks),
		exit_code: tasks.findLast(({ exitCode }) => exitCode !== undefined)?.exitCode ?? null,
		verified_at: standing.state === "verified" ? iso(Math.max(...tasks.map(({ at }) => at))) : null,
	};
}

function deliveryProgress(rollout: Rollout, { inFlight }: Standing, delivered: Delivered): number | null {
	if (inFlight?.step.kind !== "deliver") return null;
	const { machine, package: name } = inFlight.step;
	const spec = rollout.policy.packages.find((each) => each.name === name);
	return spec ? (delivered(machine, spec.sha256) ?? 0) : null;
}
