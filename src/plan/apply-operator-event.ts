import type { OperatorEvent } from "../model/event.ts";
import type { AppliedPolicy, Fleet, Rollout } from "../model/fleet.ts";
import { forgetPackage } from "./apply-policy-event.ts";
import { applyPolicyRetry, applyRetry } from "./apply-retry.ts";
import { withEntry } from "./copy.ts";
import { withRollout } from "./task.ts";

type Act<Kind extends OperatorEvent["kind"]> = Extract<OperatorEvent, { kind: Kind }> & { readonly at: number };

/** What people do to the fleet by hand. An act that is done already, or on something unknown, changes nothing. */
export function applyOperatorEvent(fleet: Fleet, event: OperatorEvent & { readonly at: number }): Fleet {
	switch (event.kind) {
		case "Paused":
			return pause(fleet, event);
		case "Resumed":
			return resume(fleet, event);
		case "PolicyApproved":
			return approve(fleet, event);
		case "RingPromoted":
			return promote(fleet, event);
		case "RolloutAborted":
			return changeRollout(fleet, event.policy, (rollout) =>
				rollout.halt ? rollout : { ...rollout, halt: { by: event.by, why: event.reason, at: event.at } },
			);
		case "RunRequested":
			return changeApplied(fleet, event.policy, (applied) =>
				applied.requestedAt === null ? { ...applied, requestedAt: event.at } : applied,
			);
		case "MachineExcluded":
		case "MachineIncluded":
			return exclude(fleet, event);
		case "RetryRequested":
			return applyRetry(fleet, event.machine, event.at);
		case "PolicyRetryRequested":
			return applyPolicyRetry(fleet, event);
		case "PackageRetryRequested":
			return forgetPackage(fleet, event.sha256, ["refused", "retrying"]);
	}
}

function pause(fleet: Fleet, { policy, by, reason, at }: Act<"Paused">): Fleet {
	if (policy === null) return fleet.pause ? fleet : { ...fleet, pause: { by, reason, at } };
	return changeApplied(fleet, policy, (applied) =>
		applied.pause ? applied : { ...applied, pause: { by, reason, at } },
	);
}

/** The time of the pause is nobody's lack of progress. */
function resume(fleet: Fleet, { policy, at }: Act<"Resumed">): Fleet {
	if (policy !== null) {
		const resumed = changeApplied(fleet, policy, (applied) => (applied.pause ? { ...applied, pause: null } : applied));
		return resumed === fleet ? fleet : changeRollout(resumed, policy, (rollout) => ({ ...rollout, steeredAt: at }));
	}
	return fleet.pause ? steered({ ...fleet, pause: null }, at) : fleet;
}

/** One approval a person; for a revision that is no longer in force it comes too late. The time before it is nobody's lack of progress. */
function approve(fleet: Fleet, { policy, revision, by, at }: Act<"PolicyApproved">): Fleet {
	const approved = changeApplied(fleet, policy, (applied) => {
		if (applied.policy.revision !== revision || applied.approvals.some((each) => each.by === by)) return applied;
		return { ...applied, approvals: [...applied.approvals, { by, at }] };
	});
	return approved === fleet ? fleet : changeRollout(approved, policy, (rollout) => ({ ...rollout, steeredAt: at }));
}

function promote(fleet: Fleet, { policy, ring, by, at }: Act<"RingPromoted">): Fleet {
	return changeRollout(fleet, policy, (rollout) => {
		const isKnown = rollout.policy.rollout.rings.some(({ name }) => name === ring);
		if (!isKnown || rollout.promotions.has(ring)) return rollout;
		return { ...rollout, promotions: withEntry(rollout.promotions, ring, { by, at }), steeredAt: at };
	});
}

function exclude(fleet: Fleet, event: Act<"MachineExcluded"> | Act<"MachineIncluded">): Fleet {
	const machine = fleet.machines.get(event.machine);
	if (!machine || (event.kind === "MachineExcluded") === (machine.excluded !== undefined)) return fleet;
	const { excluded: _excluded, ...included } = machine;
	const next =
		event.kind === "MachineExcluded"
			? { ...included, excluded: { by: event.by, reason: event.reason, at: event.at } }
			: included;
	const changed = { ...fleet, machines: withEntry(fleet.machines, machine.name, next) };
	return event.kind === "MachineExcluded" ? changed : steered(changed, event.at);
}

/** Only a progress deadline counts the time since. */
export function applyStart(fleet: Fleet, at: number): Fleet {
	const isCounted = [...fleet.rollouts.values()].some(({ policy }) => policy.rollout.progressDeadlineMs !== undefined);
	return isCounted ? steered(fleet, at) : fleet;
}

/** A person's hand moves every rollout on. */
function steered(fleet: Fleet, at: number): Fleet {
	const rollouts = [...fleet.rollouts].map(([name, rollout]) => [name, { ...rollout, steeredAt: at }] as const);
	return { ...fleet, rollouts: new Map(rollouts) };
}

function changeApplied(fleet: Fleet, policy: string, change: (applied: AppliedPolicy) => AppliedPolicy): Fleet {
	const applied = fleet.policies.get(policy);
	const next = applied && change(applied);
	return next === undefined || next === applied
		? fleet
		: { ...fleet, policies: withEntry(fleet.policies, policy, next) };
}

function changeRollout(fleet: Fleet, policy: string, change: (rollout: Rollout) => Rollout): Fleet {
	const rollout = fleet.rollouts.get(policy);
	const next = rollout && change(rollout);
	return next === undefined || next === rollout ? fleet : withRollout(fleet, next);
}
