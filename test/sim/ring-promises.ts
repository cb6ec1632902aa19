import type { Ring } from "../../src/model/policy.ts";
import type { Course } from "./course.ts";
import type { Keep } from "./promises.ts";
import type { SimMachine } from "./sim-machine.ts";
import type { Truth } from "./truth.ts";

/** Every ring before the machine's own has proven itself, as far as its machines were there all the time. */
export function checkRingOrder(truth: Truth, course: Course, machine: SimMachine, keep: Keep): void {
	const { policy, isRestoring } = course;
	if (isRestoring) return;
	const own = truth.ringOf(policy, machine.name);
	policy.rollout.rings.slice(0, own).forEach((ring, index) => {
		const members = membersOf(truth, course, index);
		if (members.length === 0) return;
		checkProven(truth, course, ring, { members, machine }, keep);
		if (ring.promote === "manual")
			keep("a manual ring waits for a person", course.promoted.has(ring.name), () => `${machine.name}: ${ring.name}`);
		if (ring.minHealthyTimeMs > 0 && truth.clockSetAt === null) checkSoak(truth, ring, { members, machine }, keep);
	});
}

interface Going {
	readonly members: readonly SimMachine[];
	/** The one that goes first in the ring behind. */
	readonly machine: SimMachine;
}

/** A label takes a machine out of the ring unless the rollout has begun on it. */
function membersOf(truth: Truth, { policy, started }: Course, ring: number): readonly SimMachine[] {
	const isMarked = ({ labels }: SimMachine) => policy.targets.labelsExcludeAny.some((label) => labels[label]);
	const isSelected = (each: SimMachine) => started.has(each.name) || !isMarked(each);
	const isThere = (each: SimMachine) =>
		!each.isGone && !truth.excluded.has(each.name) && truth.approved.has(each.name) && isSelected(each);
	return [...truth.machines.values()].filter((each) => truth.ringOf(policy, each.name) === ring && isThere(each));
}

/** Of a machine that was troubled nobody can say how it counted: it is taken to have been there and well. */
function checkProven(truth: Truth, { policy }: Course, ring: Ring, { members, machine }: Going, keep: Keep): void {
	const troubled = members.filter(({ wasTroubled }) => wasTroubled).length;
	const isDone = (each: SimMachine) =>
		!each.wasTroubled && policy.packages.every((spec) => each.isInstalled(spec, truth.now));
	const done = members.filter(isDone).length + troubled;
	const isProven = done > 0 && done * 100 >= ring.successThreshold * members.length;
	keep("a ring starts when the one before is proven", isProven, () => {
		const late = members.filter((each) => !isDone(each)).map(({ name }) => name);
		return `${machine.name} before ${late} of ${ring.name}`;
	});
}

/** Counted from the last install in the ring of a machine that had no trouble. */
function checkSoak({ clock, policy }: Truth, ring: Ring, { members, machine }: Going, keep: Keep): void {
	if (ring.successThreshold < 100) return;
	const ends = members
		.filter(({ wasTroubled }) => !wasTroubled)
		.flatMap((each) => each.lastInstallEnd(policy.name) ?? []);
	if (ends.length === 0) return;
	const soakedMs = clock - Math.max(...ends);
	const text = () => `${machine.name} ${Math.round(soakedMs / 1000)} s after ${ring.name}`;
	keep("a proven ring is left to soak", soakedMs >= ring.minHealthyTimeMs, text);
}

/** Before the first of a ring: of a machine that was troubled nobody can say whether it counted, and it is taken for delivered. */
export function checkPrestaged(truth: Truth, course: Course, machine: SimMachine, keep: Keep): void {
	const { policy, isRestoring, started } = course;
	const threshold = policy.rollout.prestageThreshold;
	if (threshold === undefined || isRestoring) return;
	const own = truth.ringOf(policy, machine.name);
	const members = membersOf(truth, course, own);
	if (members.some(({ name }) => started.has(name) || course.failed.has(name))) return;
	const has = (each: SimMachine) =>
		policy.packages.every((spec) => each.staged.has(spec.sha256) || each.isInstalled(spec, truth.now));
	const holding = members.filter((each) => each.wasTroubled || has(each)).length;
	const isReached = holding * 100 >= threshold * members.length;
	keep("a ring's share holds the package before its first install", isReached, () => `${machine.name}: ${holding}`);
}
