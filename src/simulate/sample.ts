import type { Fleet, Rollout } from "../model/fleet.ts";
import { machineOf, type Step } from "../model/step.ts";
import { isOutOfReach } from "../plan/contact.ts";
import { membership } from "../plan/rings.ts";
import { type Seat, standingAt, turnsAt } from "../plan/seat.ts";
import type { Row } from "../plan/seating.ts";
import { holdsAt, type Span } from "../plan/span.ts";
import type { MachineStanding } from "../plan/standing.ts";
import { indexOfPart, TOP, Touched } from "../plan/stretch.ts";
import { type Sample, STATES, type State } from "./timeline.ts";

type States = Record<State, number>;

/** How many selected machines are in which state now. */
export function sample(fleet: Fleet, policy: string, now: number): Sample {
	const counts = nothing();
	const rollout = fleet.rollouts.get(policy);
	if (!rollout) return { at: now, counts: { ...counts, waiting: fleet.machines.size } };
	const doing = new Map<string, Step["kind"]>();
	for (const { step } of fleet.running.values()) {
		const machine = machineOf(step);
		if (machine !== null) doing.set(machine, step.kind);
	}
	const { rings, ranks, undecided, untouched } = membership(fleet, rollout, now);
	const busy = new Touched();
	for (const name of doing.keys()) busy.add(ranks.get(name) ?? 0);
	for (const { row } of rings)
		add(counts, statesOf({ rollout, doing, busy, now }, row, { level: TOP, index: 0 }).states);
	for (const machine of [...undecided, ...untouched]) counts[isOutOfReach(machine) ? "away" : "waiting"] += 1;
	return { at: now, counts };
}

interface Look {
	readonly rollout: Rollout;
	/** What goes on, by machine, and where those machines are. */
	readonly doing: ReadonlyMap<string, Step["kind"]>;
	readonly busy: Touched;
	readonly now: number;
}

interface Seen extends Span {
	readonly states: Readonly<States>;
}

/** A row never changes: what was seen of one in which nothing goes on is seen again. */
const known = new WeakMap<Row, Seen>();

function statesOf(look: Look, row: Row, { level, index }: { readonly level: number; readonly index: number }): Seen {
	const { busy, now } = look;
	const isBusy = row.stretch === null || busy.has(level, index);
	const kept = isBusy ? undefined : known.get(row);
	if (kept && holdsAt(kept, now)) return kept;
	const states = nothing();
	let until = Number.POSITIVE_INFINITY;
	for (const [each, part] of row.parts.entries()) {
		if (!part) continue;
		const seen = statesOf(look, part, { level: level - 1, index: indexOfPart(level, index, each) });
		add(states, seen.states);
		until = Math.min(until, seen.until);
	}
	for (const seat of row.seats) {
		states[stateOfSeat(look, seat)] += 1;
		until = Math.min(until, turnsAt(seat, now));
	}
	const seen = { states, from: now, until };
	if (!isBusy) known.set(row, seen);
	return seen;
}

function stateOfSeat({ rollout, doing, now }: Look, seat: Seat): State {
	return stateOf(rollout, seat, { standing: standingAt(rollout, seat, now), doing: doing.get(seat.machine.name) });
}

function nothing(): States {
	return Object.fromEntries(STATES.map((state) => [state, 0])) as States;
}

function add(sum: States, states: Readonly<States>): void {
	for (const state of STATES) sum[state] += states[state];
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
