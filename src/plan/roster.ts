import type { Machine } from "../model/machine.ts";
import type { Policy, Ring } from "../model/policy.ts";
import { selects } from "./selection.ts";
import { SharedMap } from "./shared-map.ts";
import { stablePercentile } from "./stable-hash.ts";

/** The machines that a policy selects, by where it puts them, whatever has been done so far. */
export interface Roster {
	readonly rings: readonly (readonly Machine[])[];
	readonly discovered: readonly Machine[];
	readonly strays: readonly Machine[];
	/** Nobody can tell before their facts are read. */
	readonly undecided: readonly Machine[];
}

type Machines = ReadonlyMap<string, Machine>;

/** The rosters of all policies in one pass; the same machines and policies give the very same rosters. */
export function rostersOf(machines: Machines, policies: readonly Policy[]): ReadonlyMap<Policy, Roster> {
	const memo = memoOf(policies);
	if (memo.machines === machines) return memo.rosters;
	if (!replaceIn(memo, machines)) fill(memo, machines);
	memo.machines = machines;
	memo.rosters = new Map(policies.map((policy, index) => [policy, memo.drafts[index] ?? NOBODY]));
	return memo.rosters;
}

const NOBODY: Draft = { rings: [], discovered: [], strays: [], undecided: [] };

/** A ring's index, or one of the lists beside the rings. */
type Place = number | "discovered" | "strays" | "undecided";

/** A roster while it is made; a list that has been given away is replaced, never changed. */
interface Draft extends Roster {
	readonly rings: Machine[][];
	discovered: Machine[];
	strays: Machine[];
	undecided: Machine[];
}

/** Where one policy puts a machine: in which list, and where in it. */
interface Stand {
	readonly policy: number;
	readonly place: Place;
	readonly index: number;
}

interface Memo {
	readonly policies: readonly Policy[];
	/** Where each policy puts a machine, for those that select it. A machine that changed is another object. */
	readonly places: WeakMap<Machine, readonly Omit<Stand, "index">[]>;
	readonly stands: Map<string, readonly Stand[]>;
	machines: Machines | null;
	drafts: readonly Draft[];
	rosters: ReadonlyMap<Policy, Roster>;
}

/** Kept by what it was worked out from, so that the answer is a function of the arguments alone. */
const MEMOS_KEPT = 8;
const memos: Memo[] = [];

function memoOf(policies: readonly Policy[]): Memo {
	const index = memos.findIndex((memo) => isSame(memo.policies, policies));
	const nothing = { machines: null, drafts: [], rosters: new Map() };
	const memo = memos[index] ?? { policies, places: new WeakMap(), stands: new Map(), ...nothing };
	if (index >= 0) memos.splice(index, 1);
	memos.unshift(memo);
	memos.length = Math.min(memos.length, MEMOS_KEPT);
	return memo;
}

function isSame(a: readonly Policy[], b: readonly Policy[]): boolean {
	return a.length === b.length && a.every((policy, index) => policy === b[index]);
}

/** Puts machines that changed where they stood before; false: some stand elsewhere now. */
function replaceIn(memo: Memo, machines: Machines): boolean {
	const { machines: before, policies, stands } = memo;
	const changed = before instanceof SharedMap && machines instanceof SharedMap ? machines.changesSince(before) : null;
	if (changed === null) return false;
	const moves: { readonly machine: Machine; readonly stands: readonly Stand[] }[] = [];
	for (const name of new Set(changed)) {
		const machine = machines.get(name);
		const known = stands.get(name);
		if (!machine || !known) return false;
		const places = placesOf(machine, policies);
		const isWhereItWas = places.length === known.length && places.every((each, index) => isAt(each, known[index]));
		if (!isWhereItWas) return false;
		memo.places.set(machine, places);
		moves.push({ machine, stands: known });
	}
	memo.drafts = memo.drafts.map(copyOf);
	for (const { machine, stands: each } of moves)
		for (const { policy, place, index } of each) listOf(memo.drafts[policy], place)[index] = machine;
	return true;
}

function isAt(a: Omit<Stand, "index">, b: Stand | undefined): boolean {
	return a.policy === b?.policy && a.place === b.place;
}

function copyOf({ rings, discovered, strays, undecided }: Draft): Draft {
	return {
		rings: rings.map((ring) => [...ring]),
		discovered: [...discovered],
		strays: [...strays],
		undecided: [...undecided],
	};
}

function listOf(draft: Draft | undefined, place: Place): Machine[] {
	return (typeof place === "number" ? draft?.rings[place] : draft?.[place]) ?? [];
}

function fill(memo: Memo, machines: Machines): void {
	const { policies, places, stands } = memo;
	const drafts = policies.map(
		({ rollout }): Draft => ({ rings: rollout.rings.map(() => []), discovered: [], strays: [], undecided: [] }),
	);
	stands.clear();
	for (const machine of machines.values()) {
		const found = places.get(machine) ?? placesOf(machine, policies);
		places.set(machine, found);
		const standing = found.map(({ policy, place }) => {
			const index = listOf(drafts[policy], place).push(machine) - 1;
			return { policy, place, index };
		});
		stands.set(machine.name, standing);
	}
	memo.drafts = drafts;
}

function placesOf(machine: Machine, policies: readonly Policy[]) {
	return policies.flatMap((policy, index) => {
		const place = placeOf(policy, machine);
		return place === null ? [] : [{ policy: index, place }];
	});
}

/** null: not selected. */
function placeOf(policy: Policy, machine: Machine): Place | null {
	const isSelected = selects(policy.targets, machine);
	if (isSelected === false) return null;
	if (machine.trust.kind === "discovered") return isSelected === true ? "discovered" : null;
	return isSelected === "unknown" ? "undecided" : ringIndex(policy, machine);
}

/** The first ring that takes the machine, or null; also while that depends on facts that nobody has read. */
export function ringOf(policy: Policy, machine: Machine): Ring | null {
	const index = ringIndex(policy, machine);
	return typeof index === "number" ? (policy.rollout.rings[index] ?? null) : null;
}

/** Shares are laid end to end over a stable hash of (machine, policy). */
function ringIndex({ name, rollout }: Policy, machine: Machine): number | "undecided" | "strays" {
	let percentile: number | null = null;
	let shareEnd = 0;
	for (const [index, { members }] of rollout.rings.entries()) {
		if (members.kind === "rest") return index;
		if (members.kind === "percentage") {
			percentile ??= stablePercentile(name, machine.name);
			shareEnd += members.percentage;
			if (percentile < shareEnd) return index;
			continue;
		}
		const isTaken = selects(members.targets, machine);
		if (isTaken === "unknown") return "undecided";
		if (isTaken) return index;
	}
	return "strays";
}
