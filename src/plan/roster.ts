import type { Machine } from "../model/machine.ts";
import type { Policy, Ring } from "../model/policy.ts";
import { selects } from "./selection.ts";
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
	const drafts = policies.map((policy) => ({
		rings: policy.rollout.rings.map((): Machine[] => []),
		discovered: [] as Machine[],
		strays: [] as Machine[],
		undecided: [] as Machine[],
	}));
	for (const machine of machines.values()) {
		let places = memo.places.get(machine);
		if (!places) {
			places = placesOf(machine, policies);
			memo.places.set(machine, places);
		}
		for (const { policy, place } of places) {
			const draft = drafts[policy];
			if (draft) (typeof place === "number" ? draft.rings[place] : draft[place])?.push(machine);
		}
	}
	memo.machines = machines;
	memo.rosters = new Map(policies.map((policy, index) => [policy, drafts[index] ?? NOBODY]));
	return memo.rosters;
}

const NOBODY: Roster = { rings: [], discovered: [], strays: [], undecided: [] };

/** A ring's index, or one of the lists beside the rings. */
type Place = number | "discovered" | "strays" | "undecided";

interface Memo {
	readonly policies: readonly Policy[];
	/** Where each policy puts a machine, for those that select it. A machine that changed is another object. */
	readonly places: WeakMap<Machine, readonly { readonly policy: number; readonly place: Place }[]>;
	machines: Machines | null;
	rosters: ReadonlyMap<Policy, Roster>;
}

/** Kept by what it was worked out from, so that the answer is a function of the arguments alone. */
const MEMOS_KEPT = 8;
const memos: Memo[] = [];

function memoOf(policies: readonly Policy[]): Memo {
	const index = memos.findIndex((memo) => isSame(memo.policies, policies));
	const memo = memos[index] ?? { policies, places: new WeakMap(), machines: null, rosters: new Map() };
	if (index >= 0) memos.splice(index, 1);
	memos.unshift(memo);
	memos.length = Math.min(memos.length, MEMOS_KEPT);
	return memo;
}

function isSame(a: readonly Policy[], b: readonly Policy[]): boolean {
	return a.length === b.length && a.every((policy, index) => policy === b[index]);
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
