import type { Rollout } from "../model/fleet.ts";
import type { Machine, Trust } from "../model/machine.ts";
import type { FactsStep, MachineStep, MachineStepKind } from "../model/step.ts";
import { ROOM_RETRY_MS } from "./back-off.ts";
import { decideFacts } from "./decide-facts.ts";
import { decideReboot } from "./decide-reboot.ts";
import type { Ground, MachineAct, Member, Waiting } from "./ground.ts";
import type { Held, HeldReason } from "./held.ts";
import { unmetByScript, unmetRequirement } from "./requirements.ts";
import { failureOf, isInFlight, nextPackage, nextReboot, type Seat } from "./seat.ts";
import type { MachineStanding } from "./standing.ts";
import { gateBarred, stepBarred } from "./step-bars.ts";
import type { Open } from "./task.ts";
import { expectedBackAt } from "./try-again.ts";

export type Answer = { readonly step: MachineAct } | { readonly held: Held } | null;
/** The machine's next step, or the one reason why there is none; null: nothing to do, or its own step is in flight. */
export function decideMachine(ground: Ground, member: Member): Answer {
	const { rollout, busy, gate, now } = ground;
	const { machine, standing, seat } = member;
	const recheckBefore = gate?.index === member.ringIndex ? gate.recheckBefore : 0;
	if (standing === "verified" && nextPackage(seat, recheckBefore) === null) return null;
	if (busy.get(machine.name) === rollout.policy.name) return null;
	// What is in flight finishes, also on a machine that was taken out meanwhile.
	const over = isInFlight(seat, now) ? null : overReason(rollout, seat, standing);
	const isFull = over?.reason.kind === "not_applicable" && over.reason.unmet.requirement === "diskSpaceMb";
	if (over && !isFull && !isLookedFor(seat, over)) return hold(rollout, machine, over);
	const waiting = barred(ground, member);
	if (waiting) return hold(rollout, machine, over ? { ...waiting, reason: over.reason } : waiting);
	const answer = over && isFull ? lookForRoom(ground, machine, over) : actOn(ground, member, recheckBefore);
	if ("kind" in answer) return { step: answer };
	return hold(rollout, machine, over ? { ...answer, reason: over.reason } : answer);
}

/** One that was waited for long enough and cannot announce itself would never be found again. */
function isLookedFor({ machine: { sources }, givenUp }: Seat, { reason }: Waiting): boolean {
	return reason.kind === "given_up" && givenUp === undefined && !sources.includes("mdns");
}

function hold(rollout: Rollout, machine: Machine, waiting: Waiting): Answer {
	const { reason, until } = waiting;
	const held = { policy: rollout.policy.name, machine: machine.name, reason };
	return { held: until === undefined ? held : { ...held, until } };
}

/** Why nothing more is done on it in this rollout. */
function overReason(rollout: Rollout, seat: Seat, standing: MachineStanding): Waiting | null {
	const { machine } = seat;
	const { giveUpAfterMs } = rollout.policy.offline;
	switch (standing) {
		case "failed":
			return { reason: { kind: "failed", failure: failureOf(seat) } };
		case "excluded":
			return { reason: { kind: "excluded", by: machine.excluded?.by ?? "", why: machine.excluded?.reason ?? "" } };
		case "skipped":
			return { reason: { kind: "given_up", giveUpAfterMs } };
		case "not_applicable":
			return { reason: notApplicable(seat) };
		default:
			return null;
	}
}

function lookForRoom(ground: Ground, machine: Machine, over: Waiting): FactsStep | Waiting {
	const again = (machine.facts?.at ?? 0) + ROOM_RETRY_MS;
	return again > ground.now ? { ...over, until: again } : decideFacts(ground.rollout.policy.name, machine, ground);
}

function notApplicable(seat: Seat): HeldReason {
	for (const { spec, task } of seat.tasks) {
		const byFacts = unmetRequirement(spec, seat.machine);
		const unmet = task.unmetExit === undefined ? byFacts : unmetByScript(task.unmetExit);
		if (unmet !== null && unmet !== "unknown") return { kind: "not_applicable", package: spec.name, unmet };
	}
	throw new Error(`${seat.machine.name}: every package is applicable after all`);
}

/** What bars every step on the machine, the most lasting reason first. */
function barred(ground: Ground, { seat, machine, ringIndex }: Member): Waiting | null {
	const { rollout, gate, brake, bar, now, busy } = ground;
	const { trust, presence, name } = machine;
	if (trust.kind === "quarantined") return { reason: quarantineOf(trust) };
	const finishes = isInFlight(seat, now);
	if (bar && !finishes) return { reason: bar };
	if (gate && gate.index < ringIndex && !finishes && !deliversAhead(rollout)) return gateBarred(gate);
	if (brake && !finishes && !seat.isRequested) return { reason: brake };
	const reachAt = seat.reboot?.phase === "running" ? expectedBackAt(machine) : seat.retryAt;
	if (reachAt > now) {
		const failure = presence.kind === "unreachable" ? presence.failure : null;
		return { reason: { kind: "waiting_for_machine", failure, since: reachAt }, until: reachAt };
	}
	const otherPolicy = busy.get(name);
	return otherPolicy === undefined ? null : { reason: { kind: "machine_busy", policy: otherPolicy } };
}

function quarantineOf(trust: Extract<Trust, { kind: "quarantined" }>): HeldReason {
	return "clones" in trust
		? { kind: "cloned", ...trust.clones }
		: { kind: "host_key_changed", expected: trust.hostKeys, saw: trust.saw };
}

function deliversAhead({ policy }: Rollout): boolean {
	return policy.rollout.prestageThreshold !== undefined;
}

function actOn(ground: Ground, member: Member, recheckBefore: number): MachineAct | Waiting {
	const { rollout, now } = ground;
	const { machine, seat } = member;
	const open = nextPackage(seat, recheckBefore);
	const reboot = nextReboot(seat, open);
	if (reboot) return decideReboot(ground, member, reboot);
	if (open === null) throw new Error(`${machine.name}: open, and nothing to do`);
	if (open.task.phase !== "unread" && unmetRequirement(open.spec, machine) === "unknown")
		return decideFacts(rollout.policy.name, machine, ground);
	const waiting = stepBarred(ground, member, open);
	if (waiting === null) return stepFor(rollout, seat, open);
	if (open.task.phase !== "staged" || (open.task.notBefore ?? 0) > now) return waiting;
	const ahead = deliverAhead(ground, member);
	if (ahead !== null && "kind" in ahead) return ahead;
	const until = Math.min(waiting.until ?? Number.POSITIVE_INFINITY, ahead?.until ?? Number.POSITIVE_INFINITY);
	return Number.isFinite(until) ? { ...waiting, until } : waiting;
}

/** While the next install waits for its moment, later packages come to the machine already; null: all have. */
function deliverAhead(ground: Ground, member: Member): MachineStep | Waiting | null {
	const { rollout } = ground;
	for (const open of member.seat.applicable) {
		const { phase } = open.task;
		if (phase !== "unread" && phase !== "absent") continue;
		return stepBarred(ground, member, open) ?? stepFor(rollout, member.seat, open);
	}
	return null;
}

function stepFor(rollout: Rollout, { machine, isOutOfReach }: Seat, { spec, task }: Open): MachineStep {
	const ref = { machine: machine.name, rollout: rollout.id, package: spec.name, attempt: task.attempt };
	// Who does not answer takes no place of those that install: it is looked at first.
	const kind = isOutOfReach && task.phase === "staged" ? "inspect" : stepKind(task.phase);
	return { kind, ...ref };
}

function stepKind(phase: Open["task"]["phase"]): MachineStepKind {
	switch (phase) {
		case "absent":
			return "deliver";
		case "staged":
			return "install";
		case "running":
			return "follow";
		default:
			return "inspect";
	}
}
