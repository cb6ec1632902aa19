import type { Fleet, Rollout } from "../model/fleet.ts";
import type { LedgerStep } from "../model/step.ts";
import { spentBudget } from "./budget.ts";
import { decideAbsent } from "./decide-absent.ts";
import { decideMembers } from "./decide-members.ts";
import { unfinished } from "./decide-run.ts";
import { decideUndecided } from "./decide-undecided.ts";
import { describeReason } from "./describe-held.ts";
import { gateOf } from "./gate.ts";
import type { Ground, Part, Places } from "./ground.ts";
import type { Held, HeldReason } from "./held.ts";
import { countingApprovals, neededApproval } from "./needed-approval.ts";
import { prestageBar } from "./prestage.ts";
import { progressBar } from "./progress-deadline.ts";
import { type Membership, membership, type RingCount } from "./rings.ts";
import { rollBack } from "./rollback.ts";
import { rowOf, seatsOf } from "./seating.ts";
import { InstallSlots } from "./slots.ts";
import { steady } from "./steady.ts";
import { type Windows, windowState } from "./windows.ts";

/** What goes on in a run: its gates and brakes first, then machine by machine in the order of the rings. */
export function decideRollout(fleet: Fleet, rollout: Rollout, now: number, places: Places): Part {
	const members = membership(fleet, rollout, now, places.rosters);
	const { rings } = members;
	const windows = windowsOf(rollout, now);
	const gate = steady(rollout.policy, "gate", gateOf(rollout, rings, now));
	const bar = steady(rollout.policy, "bar", barOf(fleet, rollout, places));
	const progress = progressBar(rollout, { gate: bar ? null : gate, rings, windows, now });
	const brake = steady(rollout.policy, "brake", spentBudget(rollout, rings) ?? progress.reason);
	const ledger = rollout.halt ? [] : brake ? afterFailure(fleet, rollout, { brake, now }) : [gate?.step ?? []].flat();
	const installs = new InstallSlots(fleet, rollout, { rings, now });
	const prestage = new Map(rings.map((count) => prestaging(rollout, count)));
	const ground: Ground = { fleet, rollout, gate, brake, bar, windows, now, ...places, installs, prestage };
	const done = decideMembers(ground, rings, members.ranks);
	const unread = decideUndecided(ground, members.undecided, places);
	const gaveUp = decideAbsent(rollout, rings, now);
	const held = [...(bar ? [holdPolicy(rollout, bar)] : []), ...outsiders(rollout, members)];
	// Whatever began beside the way back would be in flight in a rollout that is no more.
	const isOver = ledger.some(({ kind }) => kind === "begin");
	return {
		steps: isOver ? ledger : [...ledger, ...gaveUp.steps, ...done.steps, ...unread.steps],
		held: [held, ...done.held, ...unread.held],
		wakes: [
			...[...wakesOf(ground, rings), ...done.wakes, ...unread.wakes, ...gaveUp.wakes],
			...[progress.wakeAt, gate?.wakeAt].flatMap((at) => at ?? []),
		],
	};
}

/** Only what is in the middle of a change goes on to its end: nothing starts, and no gate moves. */
export function finishRollout(fleet: Fleet, rollout: Rollout, now: number, places: Places): Part {
	const { rings, ranks } = membership(fleet, rollout, now, places.rosters);
	const changing = rings.map(onlyChanging(now));
	const windows = windowsOf(rollout, now);
	const installs = new InstallSlots(fleet, rollout, { rings, now });
	const bar = steady(rollout.policy, "bar", abortOf(rollout));
	const brake = steady(rollout.policy, "brake", spentBudget(rollout, rings));
	const open = { gate: null, prestage: new Map() };
	const ground: Ground = { fleet, rollout, ...open, brake, bar, windows, now, ...places, installs };
	const done = decideMembers(ground, changing, ranks);
	return { ...done, wakes: [...done.wakes, ...wakesOf(ground, rings)] };
}

function onlyChanging(now: number): (count: RingCount) => RingCount {
	return ({ row, ...count }) => {
		const seats = count.changing === 0 ? [] : seatsOf(row).filter(({ changingUntil }) => changingUntil > now);
		return { ...count, row: rowOf(seats) };
	};
}

function windowsOf({ policy }: Rollout, now: number): Windows {
	const install = steady(policy, "window", windowState(policy.maintenanceWindows, now));
	const { window } = policy.reboot;
	return { install, reboot: window ? steady(policy, "reboot window", windowState([window], now)) : install };
}

function prestaging(rollout: Rollout, count: RingCount): readonly [string, HeldReason | null] {
	const { name } = count.ring;
	return [name, steady(rollout.policy, `prestage ${name}`, prestageBar(rollout, count))];
}

/** What stops the rollout as a whole. */
function barOf(fleet: Fleet, rollout: Rollout, places: Places): HeldReason | null {
	const { policy, restores } = rollout;
	const aborted = abortOf(rollout);
	if (aborted) return aborted;
	const needed = restores ? null : neededApproval(policy, places.rosters.get(policy), places.approvalRule);
	if (!needed) return null;
	const approvals = countingApprovals(fleet.policies.get(policy.name), needed.approvers);
	return approvals >= needed.required ? null : { kind: "approval_pending", approvals, ...needed };
}

function abortOf({ halt }: Rollout): HeldReason | null {
	return halt ? { kind: "aborted", by: halt.by, why: halt.why } : null;
}

interface Failing {
	readonly brake: HeldReason;
	readonly now: number;
}

/** What the policy wants done about it, once nothing is in flight any more. */
function afterFailure(fleet: Fleet, rollout: Rollout, { brake, now }: Failing): LedgerStep[] {
	const { onFailure } = rollout.policy.rollout;
	if (onFailure === "pause") return [];
	if (onFailure === "abort")
		return [{ kind: "halt", rollout: rollout.id, why: describeReason(rollout.policy.name, brake) }];
	return unfinished(fleet, rollout, now) > 0
		? []
		: [rollBack(rollout, describeReason(rollout.policy.name, brake), now)];
}

/** When time alone moves something on. */
function wakesOf({ rollout, windows }: Ground, rings: readonly RingCount[]): readonly number[] {
	const { availableAt, deadline } = rollout.policy;
	const wakes = [availableAt ?? 0, deadline ?? 0];
	for (const window of [windows.install, windows.reboot])
		if (window.isOpen && window.closesAt !== null) wakes.push(window.closesAt);
	return [...wakes, ...rings.map(({ changesEndAt }) => changesEndAt)];
}

function holdPolicy({ policy }: Rollout, reason: HeldReason): Held {
	return { policy: policy.name, machine: null, reason };
}

/** What is selected and yet in no ring, or nothing at all: never silently nobody, and never everybody. */
function outsiders(rollout: Rollout, { rings, discovered, strays, undecided, untouched }: Membership): readonly Held[] {
	const hold = (machine: string | null, reason: HeldReason): Held => ({ policy: rollout.policy.name, machine, reason });
	const { restores } = rollout;
	if (restores) {
		const reason = { kind: "rolled_back" as const, revision: restores.revision, why: restores.why };
		return [hold(null, reason), ...untouched.map(({ name }) => hold(name, reason))];
	}
	const isEmpty = strays.length + undecided.length === 0 && rings.every(({ members }) => members === 0);
	return [
		...(isEmpty ? [hold(null, { kind: "no_machines", discovered: discovered.length })] : []),
		...discovered.map(({ name }) => hold(name, { kind: "not_approved" })),
		...strays.map(({ name }) => hold(name, { kind: "in_no_ring" })),
	];
}
