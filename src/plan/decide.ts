import type { Fleet, Pause, Rollout } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import { machineOf, type Step, stepKey } from "../model/step.ts";
import { decidePackages } from "./decide-packages.ts";
import { decideRollout, finishRollout } from "./decide-rollout.ts";
import { decideRun, isOfRevision } from "./decide-run.ts";
import type { Part, Places } from "./ground.ts";
import type { Held, HeldLists } from "./held.ts";
import { type Membership, membership } from "./rings.ts";
import { rostersOf } from "./roster.ts";
import { type Seat, standingAt } from "./seat.ts";
import { seatsOf } from "./seating.ts";
import { type Limits, Slots } from "./slots.ts";

export interface Decision {
	/** What to do now, in order. */
	readonly steps: readonly Step[];
	/** Why the others wait: every selected machine that is not verified, not in flight and gets no step has one entry. */
	readonly held: readonly Held[];
	/** When to ask again if nothing happens, ms since the epoch; null: only an event can change anything. */
	readonly wakeAt: number | null;
}

/** The same, with those that are held in lists. */
export interface DecisionInLists extends Omit<Decision, "held"> {
	readonly held: HeldLists;
}

/** What to do now for each policy, why the others wait, and when to ask again. A function of its arguments alone. */
export function decide(fleet: Fleet, policies: readonly Policy[], now: number, limits: Limits): Decision {
	const { held, ...rest } = decideInLists(fleet, policies, now, limits);
	return { ...rest, held: held.flat() };
}

/** For those who look again only at lists that have changed. */
export function decideInLists(fleet: Fleet, policies: readonly Policy[], now: number, limits: Limits): DecisionInLists {
	const pinned = policies.map((policy) => fleet.rollouts.get(policy.name)?.policy ?? policy);
	const rosters = rostersOf(fleet.machines, pinned);
	const places = {
		slots: new Slots(fleet, limits),
		busy: busyMachines(fleet),
		rosters,
		approvalRule: limits.approvalRule,
	};
	const steps = new Map<string, Step>();
	const held: (readonly Held[])[] = [];
	let wakeAt = Number.POSITIVE_INFINITY;
	const wake = (at: number) => {
		if (at > now && at < wakeAt) wakeAt = at;
	};
	for (const policy of policies) {
		const part = decidePolicy(fleet, policy, now, places);
		for (const step of part.steps) steps.set(stepKey(step), step);
		held.push(...part.held);
		for (const at of part.wakes) wake(at);
	}
	return { steps: [...steps.values()], held, wakeAt: Number.isFinite(wakeAt) ? wakeAt : null };
}

function decidePolicy(fleet: Fleet, policy: Policy, now: number, places: Places): Part {
	const pause = fleet.pause ?? fleet.policies.get(policy.name)?.pause ?? null;
	if (pause) return decidePaused(fleet, policy, { pause, now, places });
	const rollout = fleet.rollouts.get(policy.name);
	const run = decideRun(fleet, policy, now);
	const isBeginning = run.steps.some(({ kind }) => kind === "begin");
	const going = isBeginning ? undefined : rollout;
	const isEnding = run.isEnding || (going !== undefined && !isOfRevision(going, policy.revision));
	const packages = decidePackages(fleet, going && !isEnding ? wanted(policy, going.policy) : policy.packages, now);
	const progress = decideProgress(fleet, going, { isEnding, now, places });
	return {
		steps: [...packages.steps, ...run.steps, ...progress.steps],
		held: [run.held, ...progress.held],
		wakes: [...packages.wakes, ...run.wakes, ...run.held.flatMap(({ until }) => until ?? []), ...progress.wakes],
	};
}

interface Course {
	readonly isEnding: boolean;
	readonly now: number;
	readonly places: Places;
}

function decideProgress(fleet: Fleet, rollout: Rollout | undefined, { isEnding, now, places }: Course): Part {
	if (!rollout) return { steps: [], held: [], wakes: [] };
	return (isEnding ? finishRollout : decideRollout)(fleet, rollout, now, places);
}

/** A rollout that goes back needs the packages of the revision before. */
function wanted(policy: Policy, current: Policy) {
	return policy.revision === current.revision ? policy.packages : [...policy.packages, ...current.packages];
}

interface Paused {
	readonly pause: Pause;
	readonly now: number;
	readonly places: Places;
}

/** Pause wins over everything: nothing starts, and what is in flight ends by itself. */
function decidePaused(fleet: Fleet, policy: Policy, { pause, now, places }: Paused): Part {
	const reason = { kind: "paused" as const, by: pause.by, why: pause.reason };
	const rollout = fleet.rollouts.get(policy.name);
	const open = rollout ? openIn(rollout, membership(fleet, rollout, now, places.rosters), now) : [];
	const names = [null, ...open.map(({ machine }) => machine.name)];
	return { steps: [], held: [names.map((machine) => ({ policy: policy.name, machine, reason }))], wakes: [] };
}

function openIn(rollout: Rollout, { rings }: Membership, now: number): readonly Seat[] {
	return rings.flatMap(({ row }) => seatsOf(row)).filter((seat) => standingAt(rollout, seat, now) === "open");
}

/** Which machines have a step in flight, and for which policy: a machine does one thing at a time. */
function busyMachines(fleet: Fleet): Map<string, string> {
	const busy = new Map<string, string>();
	for (const { step } of fleet.running.values()) {
		const machine = machineOf(step);
		if (machine !== null) busy.set(machine, policyOf(step));
	}
	return busy;
}

function policyOf(step: Step): string {
	if (step.kind === "read_facts") return step.policy;
	return "rollout" in step ? step.rollout.slice(0, step.rollout.indexOf("@")) : "";
}
