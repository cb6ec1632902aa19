import type { Machine } from "../model/machine.ts";
import type { Policy, Ring } from "../model/policy.ts";
import { selects } from "./selection.ts";
import { SharedMap } from "./shared-map.ts";
import { stablePercentile } from "./stable-hash.ts";
import { edited, NOBODY, type Stretch } from "./stretch.ts";

/** The machines that a policy selects, by where it puts them, whatever has been done so far. */
export interface Roster {
	readonly rings: readonly Stretch[];
	readonly discovered: Stretch;
	readonly strays: Stretch;
	/** Nobody can tell before their facts are read. */
	readonly undecided: Stretch;
	/** Everybody's place in the fleet's order, by name. */
	readonly ranks: ReadonlyMap<string, number>;
}

type Machines = ReadonlyMap<string, Machine>;

/** The rosters of all policies in one pass; the same machines and policies give the very same rosters. */
export function rostersOf(machines: Machines, policies: readonly Policy[]): ReadonlyMap<Policy, Roster> {
	const memo = memoOf(policies);
	if (memo.machines === machines) return memo.rosters;
	if (!followChanges(memo, machines)) fill(memo, machines);
	memo.machines = machines;
	memo.rosters = new Map(memo.lists.map((roster, index) => [policies[index] as Policy, roster]));
	return memo.rosters;
}

/** A ring's index, or one of the lists beside the rings. */
type Place = number | "discovered" | "strays" | "undecided";

/** Where one policy puts a machine. */
interface Stand {
	readonly policy: number;
	readonly place: Place;
}

interface Memo {
	readonly policies: readonly Policy[];
	/** Where each policy puts a machine, for those that select it. A machine that changed is another object. */
	readonly stands: WeakMap<Machine, readonly Stand[]>;
	/** Each machine as it is in the lists, by name. */
	readonly listed: Map<string, Machine>;
	ranks: Map<string, number>;
	machines: Machines | null;
	lists: readonly Roster[];
	rosters: ReadonlyMap<Policy, Roster>;
}

/** Kept by what it was worked out from, so that the answer is a function of the arguments alone. */
const MEMOS_KEPT = 8;
const memos: Memo[] = [];

function memoOf(policies: readonly Policy[]): Memo {
	const index = memos.findIndex((memo) => isSame(memo.policies, policies));
	const nothing = { ranks: new Map(), machines: null, lists: [], rosters: new Map() };
	const memo = memos[index] ?? { policies, stands: new WeakMap(), listed: new Map(), ...nothing };
	if (index >= 0) memos.splice(index, 1);
	memos.unshift(memo);
	memos.length = Math.min(memos.length, MEMOS_KEPT);
	return memo;
}

function isSame(a: readonly Policy[], b: readonly Policy[]): boolean {
	return a.length === b.length && a.every((policy, index) => policy === b[index]);
}

/** Moves those that changed to where they stand now; false: it is not known who did, or somebody is gone. */
function followChanges(memo: Memo, machines: Machines): boolean {
	const { machines: before, listed, ranks } = memo;
	const changed = before instanceof SharedMap && machines instanceof SharedMap ? machines.changesSince(before) : null;
	if (changed === null || !changed.every((name) => machines.has(name))) return false;
	const drafts = new Drafts();
	for (const name of new Set(changed)) {
		const machine = machines.get(name) as Machine;
		const was = listed.get(name);
		if (was === machine) continue;
		const rank = ranks.get(name) ?? ranks.size;
		ranks.set(name, rank);
		for (const stand of was ? standsOf(memo, was) : []) drafts.put(stand, rank, null);
		for (const stand of standsOf(memo, machine)) drafts.put(stand, rank, machine);
		listed.set(name, machine);
	}
	memo.lists = memo.lists.map((roster, index) => drafts.applyTo(roster, index));
	return true;
}

function fill(memo: Memo, machines: Machines): void {
	const { policies, listed } = memo;
	const drafts = new Drafts();
	const ranks = new Map<string, number>();
	listed.clear();
	for (const machine of machines.values()) {
		for (const stand of standsOf(memo, machine)) drafts.put(stand, ranks.size, machine);
		ranks.set(machine.name, ranks.size);
		listed.set(machine.name, machine);
	}
	memo.ranks = ranks;
	memo.lists = policies.map(({ rollout }, index) => {
		const nobody = { discovered: NOBODY, strays: NOBODY, undecided: NOBODY, ranks };
		return drafts.applyTo({ rings: rollout.rings.map(() => NOBODY), ...nobody }, index);
	});
}

/** What changes in which list, before it is done all at once: a list that has been given away is replaced, never changed. */
class Drafts {
	readonly #edits = new Map<number, Map<Place, Map<number, Machine | null>>>();

	/** null: it leaves the list. The last word on a rank counts. */
	put({ policy, place }: Stand, rank: number, machine: Machine | null): void {
		const places = this.#edits.get(policy) ?? new Map<Place, Map<number, Machine | null>>();
		const edits = places.get(place) ?? new Map<number, Machine | null>();
		this.#edits.set(policy, places.set(place, edits.set(rank, machine)));
	}

	applyTo(roster: Roster, policy: number): Roster {
		const places = this.#edits.get(policy);
		if (!places) return roster;
		const after = (list: Stretch, place: Place) => {
			const edits = places.get(place);
			return edits ? edited(list, edits) : list;
		};
		return {
			rings: roster.rings.map(after),
			discovered: after(roster.discovered, "discovered"),
			strays: after(roster.strays, "strays"),
			undecided: after(roster.undecided, "undecided"),
			ranks: roster.ranks,
		};
	}
}

function standsOf({ stands, policies }: Memo, machine: Machine): readonly Stand[] {
	const known = stands.get(machine);
	if (known) return known;
	const found = policies.flatMap((policy, index) => {
		const place = placeOf(policy, machine);
		return place === null ? [] : [{ policy: index, place }];
	});
	stands.set(machine, found);
	return found;
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
