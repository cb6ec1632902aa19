import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import type { Roster } from "./roster.ts";
import { type Seat, seatOf } from "./seat.ts";
import { SharedMap } from "./shared-map.ts";
import { indexOfPart, type Stretch, TOP, Touched } from "./stretch.ts";

/** The seats of one stretch of a ring's machines: a function of the two and the rollout alone. */
export interface Row {
	/** Whose seats they are; null: they come from several. */
	readonly stretch: Stretch | null;
	/** As the stretch's; empty: it is one of the shortest. */
	readonly parts: readonly (Row | undefined)[];
	readonly seats: readonly Seat[];
}

export function seatsOf(row: Row): readonly Seat[] {
	const found: Seat[] = [];
	const look = ({ parts, seats }: Row) => {
		for (const each of seats) found.push(each);
		for (const part of parts) if (part) look(part);
	};
	look(row);
	return found;
}

/** A row of its own, of seats that are chosen from others. */
export function rowOf(seats: readonly Seat[]): Row {
	return { stretch: null, parts: [], seats };
}

/** Seats by ring, as they were worked out for one state of a rollout. */
interface Seating {
	readonly rollout: Rollout;
	readonly rows: readonly Row[];
}

/** A seat is a function of its rollout and machine: the last seating of each is kept, and only what has changed is worked out. */
const known = new WeakMap<Policy, Seating>();

/** The seats of the machines of each ring, in their order; of a rollout that goes back, those that it is about. */
export function seating(rollout: Rollout, { rings, ranks }: Roster): readonly Row[] {
	const before = known.get(rollout.policy);
	const isSame = before?.rollout.id === rollout.id && before.rollout.beganAt === rollout.beganAt;
	const changes = isSame ? changesOf(before.rollout, rollout, ranks) : ALL;
	const rows = rings.map((stretch, index) =>
		seated({ rollout, changes }, stretch, { level: TOP, index: 0, before: isSame ? before.rows[index] : undefined }),
	);
	known.set(rollout.policy, { rollout, rows });
	return rows;
}

/** Whose part in the rollout may have changed, and the stretches in which they are. */
interface Changes {
	readonly names: ReadonlySet<string>;
	readonly stretches: Touched;
}

/** Anybody's may have. */
const ALL = null;

interface News {
	readonly rollout: Rollout;
	readonly changes: Changes | typeof ALL;
}

/** A stretch's place, and who sat there before. */
interface Place {
	readonly level: number;
	readonly index: number;
	readonly before: Row | undefined;
}

/** Rows of which nothing has changed stay the very same. */
function seated(news: News, stretch: Stretch, { level, index, before }: Place): Row {
	const { changes } = news;
	if (before?.stretch === stretch && changes && !changes.stretches.has(level, index)) return before;
	if (level === 0) return seatedShortest(news, stretch, before);
	const parts = stretch.parts.map((part, place) => {
		const there = { level: level - 1, index: indexOfPart(level, index, place), before: before?.parts[place] };
		return part && seated(news, part, there);
	});
	const isSame = before?.stretch === stretch && parts.every((part, place) => part === before.parts[place]);
	return isSame ? before : { stretch, parts, seats: [] };
}

function seatedShortest(news: News, stretch: Stretch, before: Row | undefined): Row {
	const { restores } = news.rollout;
	const { machines } = stretch;
	const members = restores ? machines.filter(({ name }) => restores.machines.has(name)) : machines;
	const seats = members.map((machine) => keptSeat(news, machine, before) ?? seatOf(news.rollout, machine));
	const isSame = before?.stretch === stretch && seats.every((seat, index) => seat === before.seats[index]);
	return isSame ? before : { stretch, parts: [], seats };
}

function keptSeat({ rollout, changes }: News, machine: Machine, before: Row | undefined): Seat | undefined {
	const seat = before?.seats.find((each) => each.machine === machine);
	const isKept = seat && (changes ? !changes.names.has(machine.name) : isCurrent(seat, rollout));
	return isKept ? seat : undefined;
}

function isCurrent({ machine: { name }, progress, reboot, givenUp }: Seat, rollout: Rollout): boolean {
	const isSame = progress === rollout.progress.get(name) && reboot === rollout.reboots.get(name);
	return isSame && givenUp === rollout.givenUp.get(name);
}

function changesOf(before: Rollout, after: Rollout, ranks: Roster["ranks"]): Changes | typeof ALL {
	const names = changedNames(before, after);
	if (names === null) return ALL;
	const stretches = new Touched();
	for (const name of names) {
		const rank = ranks.get(name);
		if (rank !== undefined) stretches.add(rank);
	}
	return { names, stretches };
}

/** Machines whose part in the rollout may differ between the two; null: any may. */
function changedNames(before: Rollout, after: Rollout): ReadonlySet<string> | null {
	const names = new Set<string>();
	for (const [earlier, later] of [
		[before.progress, after.progress],
		[before.reboots, after.reboots],
		[before.givenUp, after.givenUp],
	] as const) {
		const some = changesBetween(earlier, later);
		if (some === null) return null;
		for (const name of some) names.add(name);
	}
	return names;
}

type Entries = ReadonlyMap<string, unknown>;

function changesBetween(earlier: Entries, later: Entries): Iterable<string> | null {
	if (earlier === later) return [];
	if (earlier instanceof SharedMap) return later instanceof SharedMap ? later.changesSince(earlier) : null;
	return later instanceof SharedMap ? null : [...earlier.keys(), ...later.keys()];
}
