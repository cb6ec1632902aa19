import type { Machine } from "../model/machine.ts";

/**
 * The machines of a list that lie within one stretch of the fleet's order, and the shorter stretches that it is made of: a change to one
 * machine makes new ones of those alone that it lies in. Whoever changes a stretch makes another one.
 */
export interface Stretch {
	/** Empty: one of the shortest. undefined: nobody of the list is there. */
	readonly parts: readonly (Stretch | undefined)[];
	/** Of one of the shortest: places in the fleet's order, rising, and the machine of each. */
	readonly ranks: readonly number[];
	readonly machines: readonly Machine[];
}

/** Machines by rank, null for one that is to leave. */
export type Edits = ReadonlyMap<number, Machine | null>;

/** The longest stretches are of this level; there are as many as it takes. */
export const TOP = 4;
const SHORTEST = 8;
const PARTS = 16;

export const NOBODY: Stretch = { parts: [], ranks: [], machines: [] };

/** The list after the edits; stretches that none of them is about stay the very same. */
export function edited(list: Stretch, edits: Edits): Stretch {
	let next = list;
	for (const [rank, machine] of edits) next = editedAt(TOP, next, { rank, machine });
	return next;
}

export function machinesIn(list: Stretch): readonly Machine[] {
	const found: Machine[] = [];
	const look = ({ parts, machines }: Stretch) => {
		for (const each of machines) found.push(each);
		for (const part of parts) if (part) look(part);
	};
	look(list);
	return found;
}

/** Which of the stretches of a level the rank lies in. */
function indexOf(level: number, rank: number): number {
	return Math.floor(rank / (SHORTEST * PARTS ** level));
}

/** The index, within the level below, of a part. */
export function indexOfPart(level: number, index: number, part: number): number {
	return level === TOP ? part : index * PARTS + part;
}

/** The stretches of every level in which some ranks lie. */
export class Touched {
	readonly #stretches = new Set<number>();

	add(rank: number): void {
		for (let level = 0; level < TOP; level += 1) this.#stretches.add(keyOf(level, indexOf(level, rank)));
	}

	has(level: number, index: number): boolean {
		return level === TOP ? this.#stretches.size > 0 : this.#stretches.has(keyOf(level, index));
	}
}

function keyOf(level: number, index: number): number {
	return index * TOP + level;
}

interface Edit {
	readonly rank: number;
	readonly machine: Machine | null;
}

function editedAt(level: number, stretch: Stretch, edit: Edit): Stretch {
	if (level === 0) return editedShortest(stretch, edit);
	const below = indexOf(level - 1, edit.rank);
	const index = level === TOP ? below : below % PARTS;
	const parts = [...stretch.parts];
	while (parts.length <= index) parts.push(undefined);
	parts[index] = editedAt(level - 1, parts[index] ?? NOBODY, edit);
	return { parts, ranks: [], machines: [] };
}

function editedShortest({ ranks, machines }: Stretch, { rank, machine }: Edit): Stretch {
	const found = ranks.findIndex((each) => each >= rank);
	const index = found < 0 ? ranks.length : found;
	const leaving = ranks[index] === rank ? 1 : 0;
	if (machine === null) return listed(ranks.toSpliced(index, leaving), machines.toSpliced(index, leaving));
	return listed(ranks.toSpliced(index, leaving, rank), machines.toSpliced(index, leaving, machine));
}

function listed(ranks: readonly number[], machines: readonly Machine[]): Stretch {
	return { parts: [], ranks, machines };
}
