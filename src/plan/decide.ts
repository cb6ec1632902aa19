import type { Fleet, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Policy } from "../model/policy.ts";
import { type Step, stepKey } from "../model/step.ts";
import { backOffMs } from "./back-off.ts";
import { spentBudget } from "./budget.ts";
import { changingEnds } from "./changing.ts";
import { busyMachines, decideMachine } from "./decide-machine.ts";
import type { Held, HeldReason } from "./held.ts";
import { isRingProven, machineProgress, membership, type RingCount } from "./rings.ts";
import { runTimes } from "./schedule.ts";
import { InstallSlots, type Limits, Slots } from "./slots.ts";
import { windowState } from "./windows.ts";

export interface Decision {
	/** What to do now, in order. */
	readonly steps: readonly Step[];
	/** Why the others wait: every selected machine that is not verified, not in flight and gets no step has one entry. */
	readonly held: readonly Held[];
	/** When to ask again if nothing happens, ms since the epoch; null: only an event can change anything. */
	readonly wakeAt: number | null;
}

/** What to do now for each policy, why the others wait, and when to ask again. A function of its arguments alone. */
export function decide(fleet: Fleet, policies: readonly Policy[], now: number, limits: Limits): Decision {
	const places = { slots: new Slots(fleet, limits), busy: busyMachines(fleet) };
	const parts = policies.map((policy) => decidePolicy(fleet, policy, now, places));
	const steps = new Map(parts.flatMap((part) => part.steps).map((step) => [stepKey(step), step]));
	const held = parts.flatMap((part) => part.held);
	const times = [...parts.flatMap((part) => part.wakes), ...held.flatMap(({ until }) => until ?? [])];
	const later = times.filter((time) => time > now);
	return { steps: [...steps.values()], held, wakeAt: later.length === 0 ? null : Math.min(...later) };
}

interface Part {
	readonly steps: readonly Step[];
	readonly held: readonly Held[];
	readonly wakes: readonly number[];
}

/** What all policies share in one decision. */
interface Places {
	readonly slots: Slots;
	readonly busy: Map<string, string>;
}

const NOTHING: Part = { steps: [], held: [], wakes: [] };

function decidePolicy(fleet: Fleet, policy: Policy, now: number, places: Places): Part {
	if (fleet.pause) return decidePaused(fleet, policy, now);
	const packages = decidePackages(fleet, policy, now);
	const run = decideRun(fleet, policy, now);
	const rollout = fleet.rollouts.get(policy.name);
	const isCurrent = rollout?.policy.revision === policy.revision && run.steps.length === 0;
	const progress = rollout && isCurrent ? decideRollout(fleet, rollout, now, places) : NOTHING;
	return {
		steps: [...packages.steps, ...run.steps, ...progress.steps],
		held: [...run.held, ...progress.held],
		wakes: [...packages.wakes, ...run.wakes, ...progress.wakes],
	};
}

/** Pause wins over everything: nothing starts, and what is in flight ends by itself. */
function decidePaused(fleet: Fleet, policy: Policy, now: number): Part {
	const { by = "", reason: why = "" } = fleet.pause ?? {};
	const reason = { kind: "paused" as const, by, why };
	const rollout = fleet.rollouts.get(policy.name);
	const members = rollout ? membership(fleet, rollout, now).rings.flatMap((count) => count.members) : [];
	const open = members.filter(({ name }) => rollout && machineProgress(rollout, name) === "open");
	const names = [null, ...open.map(({ name }) => name)];
	return { ...NOTHING, held: names.map((machine) => ({ policy: policy.name, machine, reason })) };
}

/** A package is fetched as soon as a policy names it, so that a bad source is known long before the window opens. */
function decidePackages(fleet: Fleet, policy: Policy, now: number): Part {
	const wakes: number[] = [];
	const steps = policy.packages.flatMap(({ sha256 }): Step[] => {
		const state = fleet.packages.get(sha256);
		const failures = state?.kind === "retrying" ? state.failures : 0;
		const step = { kind: "acquire" as const, sha256, attempt: failures + 1 };
		if (state?.kind === "held" || state?.kind === "refused" || fleet.running.has(stepKey(step))) return [];
		const retryAt = state ? state.at + backOffMs(failures, sha256) : now;
		if (retryAt > now) wakes.push(retryAt);
		return retryAt <= now ? [step] : [];
	});
	return { steps, held: [], wakes };
}

/** Begins a run that is due: once for a revision that says `now`, else whenever cron says, after the last run's end. */
function decideRun(fleet: Fleet, policy: Policy, now: number): Part {
	const applied = fleet.policies.get(policy.name);
	const appliedAt = applied?.policy.revision === policy.revision ? applied.appliedAt : now;
	const rollout = fleet.rollouts.get(policy.name);
	const isSameRevision = rollout?.policy.revision === policy.revision;
	const { due, next } = runTimes(policy.schedule, Math.max(appliedAt, rollout?.run ?? 0), now);
	const run = policy.schedule.kind === "now" ? (isSameRevision ? null : appliedAt) : due;
	const wakes = next === null ? [] : [next];
	if (run === null) return { steps: [], held: isSameRevision ? [] : notScheduled(policy, next), wakes };
	const inFlight = [...fleet.running.values()].filter(({ step }) => "machine" in step && step.rollout === rollout?.id);
	if (inFlight.length > 0) {
		const reason = { kind: "previous_run_ending" as const, running: inFlight.length };
		return { steps: [], held: [{ policy: policy.name, machine: null, reason }], wakes };
	}
	const id = `${policy.name}@${policy.revision.slice(0, 8)}/${new Date(run).toISOString()}`;
	return {
		steps: [{ kind: "begin", rollout: id, policy: policy.name, revision: policy.revision, run }],
		held: [],
		wakes,
	};
}

function notScheduled(policy: Policy, next: number | null): Held[] {
	const timeZone = policy.schedule.kind === "cron" ? policy.schedule.timeZone : "UTC";
	const held = { policy: policy.name, machine: null, reason: { kind: "not_scheduled" as const, timeZone } };
	return [next === null ? held : { ...held, until: next }];
}

function decideRollout(fleet: Fleet, rollout: Rollout, now: number, places: Places): Part {
	const { policy } = rollout;
	const { rings, discovered, strays } = membership(fleet, rollout, now);
	const window = windowState(policy.maintenanceWindows, now);
	const installs = new InstallSlots(rollout, rings, now);
	const gate = rings.find((count) => !rollout.promotedRings.has(count.ring.name)) ?? null;
	const brake = spentBudget(rollout, rings);
	const steps: Step[] =
		gate && !brake && isRingProven(gate) ? [{ kind: "promote", rollout: rollout.id, ring: gate.ring.name }] : [];
	const held: Held[] = [...outsiders(policy.name, rings, discovered, strays)];
	for (const [index, { ring, members }] of rings.entries()) {
		const earlierGate = gate && rings.indexOf(gate) < index ? gate : null;
		for (const machine of members) {
			const ground = {
				fleet,
				rollout,
				machine,
				ring: ring.name,
				gate: earlierGate,
				brake,
				window,
				now,
				installs,
				...places,
			};
			const answer = decideMachine(ground);
			if (answer && "held" in answer) held.push(answer.held);
			if (!answer || "held" in answer) continue;
			steps.push(answer.step);
			places.busy.set(machine.name, policy.name);
		}
	}
	const closing = window.isOpen && window.closesAt !== null ? [window.closesAt] : [];
	const freed = rings.flatMap(({ members }) => members.flatMap(({ name }) => changingEnds(rollout, name)));
	return { steps, held, wakes: [...closing, ...freed] };
}

/** What is selected and yet in no ring, or nothing at all: never silently nobody, and never everybody. */
function outsiders(
	policy: string,
	rings: readonly RingCount[],
	discovered: readonly Machine[],
	strays: readonly Machine[],
): readonly Held[] {
	const hold = (machine: string | null, reason: HeldReason): Held => ({ policy, machine, reason });
	const isEmpty = strays.length === 0 && rings.every(({ members }) => members.length === 0);
	return [
		...(isEmpty ? [hold(null, { kind: "no_machines", discovered: discovered.length })] : []),
		...discovered.map(({ name }) => hold(name, { kind: "not_approved" })),
		...strays.map(({ name }) => hold(name, { kind: "in_no_ring" })),
	];
}
