import type { Fleet, Reboot, Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { FactsStep, MachineStep, MachineStepKind, RebootStep } from "../model/step.ts";
import { backOffMs, SILENT_RETRY_MS } from "./back-off.ts";
import { isChanging } from "./changing.ts";
import { forcedAt } from "./force.ts";
import type { Gate } from "./gate.ts";
import type { Held, HeldReason } from "./held.ts";
import { unmetRequirement } from "./requirements.ts";
import type { RingCount } from "./rings.ts";
import type { InstallSlots, Slots } from "./slots.ts";
import { applicableTasks, machineStanding, nextPackage } from "./standing.ts";
import { type Open, tasksOf } from "./task.ts";
import type { WindowState } from "./windows.ts";

/** What the decisions about all machines of one rollout share. */
export interface Ground {
	readonly fleet: Fleet;
	readonly rollout: Rollout;
	/** The first ring that holds those behind it. */
	readonly gate: Gate | null;
	/** Why nothing new starts at all, if so. */
	readonly brake: HeldReason | null;
	/** Why nothing is done on any machine, not even the retried ones: approval, abort. */
	readonly bar: HeldReason | null;
	/** When installs and when reboots may start. */
	readonly windows: { readonly install: WindowState; readonly reboot: WindowState };
	readonly now: number;
	/** Machines that have a step in flight or were given one in this decision, and for which policy. */
	readonly busy: ReadonlyMap<string, string>;
	readonly slots: Slots;
	readonly installs: InstallSlots;
	/** Why the ring's installs wait for deliveries, by ring. */
	readonly prestage: ReadonlyMap<string, HeldReason | null>;
}

/** A machine and the place of its ring. */
export interface Member {
	readonly machine: Machine;
	readonly count: RingCount;
	readonly ringIndex: number;
}

export type MachineAct = MachineStep | FactsStep | RebootStep;
type Answer = { readonly step: MachineAct } | { readonly held: Held } | null;
type Waiting = { readonly reason: HeldReason; readonly until?: number };

/** The machine's next step, or the one reason why there is none; null: nothing to do, or its own step is in flight. */
export function decideMachine(ground: Ground, member: Member): Answer {
	const { rollout, busy, gate, now } = ground;
	const { machine } = member;
	const standing = machineStanding(rollout, machine, now);
	const recheckBefore = gate?.index === member.ringIndex ? gate.recheckBefore : 0;
	if (standing === "verified" && nextPackage(rollout, machine, recheckBefore) === null) return null;
	if (busy.get(machine.name) === rollout.policy.name) return null;
	// What is in flight finishes, also on a machine that was taken out meanwhile.
	const over = isChanging(rollout, machine.name, now) ? null : overReason(rollout, machine, standing);
	const isFull = over?.reason.kind === "not_applicable" && over.reason.unmet.requirement === "diskSpaceMb";
	if (over && !isFull) return hold(rollout, machine, over);
	const waiting = barred(ground, member);
	if (waiting) return hold(rollout, machine, over ?? waiting);
	const answer = over ? lookForRoom(ground, machine, over) : actOn(ground, member, recheckBefore);
	return "kind" in answer ? { step: answer } : hold(rollout, machine, answer);
}

function hold(rollout: Rollout, machine: Machine, waiting: Waiting): Answer {
	return { held: { policy: rollout.policy.name, machine: machine.name, ...waiting } };
}

/** Why nothing more is done on it in this rollout. */
function overReason(rollout: Rollout, machine: Machine, standing: string): Waiting | null {
	const { giveUpAfterMs } = rollout.policy.offline;
	switch (standing) {
		case "failed":
			return { reason: { kind: "failed", failure: failureOf(rollout, machine) } };
		case "excluded":
			return { reason: { kind: "excluded", by: machine.excluded?.by ?? "", why: machine.excluded?.reason ?? "" } };
		case "skipped":
			return { reason: { kind: "given_up", giveUpAfterMs } };
		case "not_applicable":
			return { reason: notApplicable(rollout, machine) };
		default:
			return null;
	}
}

/** A full disk may have been cleared: facts are read again after this time. */
const ROOM_RETRY_MS = 3_600_000;

function lookForRoom(ground: Ground, machine: Machine, over: Waiting): FactsStep | Waiting {
	const again = (machine.facts?.at ?? 0) + ROOM_RETRY_MS;
	return again > ground.now ? { ...over, until: again } : readFacts(ground, machine);
}

function failureOf(rollout: Rollout, { name }: Machine) {
	const broken = tasksOf(rollout, name).find(({ task }) => task.phase === "failed")?.task.failure;
	const absent = { code: "FS-MACHINE-ABSENT" as const, detail: `${name} stayed away` };
	return broken ?? rollout.reboots.get(name)?.failure ?? absent;
}

function notApplicable(rollout: Rollout, machine: Machine): HeldReason {
	for (const { name, requirements } of rollout.policy.packages) {
		const unmet = unmetRequirement(requirements, machine);
		if (unmet !== null && unmet !== "unknown") return { kind: "not_applicable", package: name, unmet };
	}
	throw new Error(`${machine.name}: every package is applicable after all`);
}

/** What bars every step on the machine, the most lasting reason first. */
function barred(ground: Ground, { machine, ringIndex }: Member): Waiting | null {
	const { rollout, gate, brake, bar, now, busy } = ground;
	const { trust, presence, name } = machine;
	if (trust.kind === "quarantined")
		return { reason: { kind: "host_key_changed", expected: trust.hostKeys, saw: trust.saw } };
	const isInFlight = isChanging(rollout, name, now);
	if (bar && !isInFlight) return { reason: bar };
	if (gate && gate.index < ringIndex && !isInFlight && !deliversAhead(rollout))
		return { reason: gate.reason, ...untilOf(gate.wakeAt) };
	if (brake && !isInFlight && !isRequested(rollout, name)) return { reason: brake };
	const reachAt = rollout.reboots.get(name)?.phase === "running" ? now : retryAt(machine);
	if (reachAt > now) {
		const failure = presence.kind === "unreachable" ? presence.failure : null;
		return { reason: { kind: "waiting_for_machine", failure, since: reachAt }, until: reachAt };
	}
	const otherPolicy = busy.get(name);
	return otherPolicy === undefined ? null : { reason: { kind: "machine_busy", policy: otherPolicy } };
}

function deliversAhead({ policy }: Rollout): boolean {
	return policy.rollout.prestageThreshold !== undefined;
}

/** A person asked for this machine: a spent budget does not hold it. */
function isRequested(rollout: Rollout, machine: string): boolean {
	return tasksOf(rollout, machine).some(({ task }) => task.isRequested);
}

/** When the machine may be tried again; 0: at once. */
export function retryAt({ name, presence }: Machine): number {
	if (presence.kind === "unreachable") return presence.at + backOffMs(presence.failures, name);
	return presence.kind === "silent" ? presence.at + SILENT_RETRY_MS : 0;
}

function untilOf(at: number | null): { readonly until?: number } {
	return at === null ? {} : { until: at };
}

function actOn(ground: Ground, member: Member, recheckBefore: number): MachineAct | Waiting {
	const { rollout, now } = ground;
	const { machine } = member;
	const reboot = rollout.reboots.get(machine.name);
	const open = nextPackage(rollout, machine, recheckBefore);
	const isPending = reboot?.phase === "due" || reboot?.phase === "running";
	if (isPending && (open === null || reboot.isUrgent || reboot.phase === "running"))
		return decideReboot(ground, member, reboot);
	if (open === null) throw new Error(`${machine.name}: open, and nothing to do`);
	if (open.task.phase !== "unread" && unmetRequirement(open.spec.requirements, machine) === "unknown")
		return readFacts(ground, machine);
	const waiting = stepBarred(ground, member, open);
	if (waiting === null) return stepFor(rollout, machine, open);
	if (open.task.phase !== "staged" || (open.task.notBefore ?? 0) > now) return waiting;
	return deliverAhead(ground, member) ?? waiting;
}

/** While the next install waits for its moment, later packages come to the machine already. */
function deliverAhead(ground: Ground, member: Member): MachineStep | null {
	const { rollout } = ground;
	for (const open of applicableTasks(rollout, member.machine)) {
		const { phase } = open.task;
		if (phase !== "unread" && phase !== "absent") continue;
		return stepBarred(ground, member, open) === null ? stepFor(rollout, member.machine, open) : null;
	}
	return null;
}

/** What bars the step that the task's phase asks for. */
function stepBarred(ground: Ground, member: Member, { spec, task }: Open): Waiting | null {
	const { now, slots } = ground;
	const { machine } = member;
	const tryAt = Math.max(task.notBefore ?? 0, triedAgainAt(task.at, task.failures, `${machine.name} ${spec.name}`));
	if (tryAt > now) {
		const failures = task.failures + (task.retries ?? 0);
		return { reason: { kind: "backing_off", failure: task.failure ?? null, failures }, until: tryAt };
	}
	switch (task.phase) {
		case "absent":
			return packageBarred(ground, spec.sha256) ?? waitingFor(slots.takeDelivery(machine));
		case "staged":
			return installBarred(ground, member);
		default:
			return waitingFor(slots.takeSession(machine));
	}
}

function triedAgainAt(at: number, failures: number, who: string): number {
	return failures === 0 ? 0 : at + backOffMs(failures, who);
}

function packageBarred({ fleet }: Ground, sha256: string): Waiting | null {
	const state = fleet.packages.get(sha256);
	if (state?.kind === "held") return null;
	if (state === undefined) return { reason: { kind: "acquiring" } };
	return { reason: { kind: "package_failed", failure: state.failure, isFinal: state.kind === "refused" } };
}

function installBarred(ground: Ground, { machine, count, ringIndex }: Member): Waiting | null {
	const { rollout, gate, now, installs, slots, prestage, windows } = ground;
	const { availableAt } = rollout.policy;
	if (gate && gate.index < ringIndex) return { reason: gate.reason, ...untilOf(gate.wakeAt) };
	if (availableAt !== undefined && now < availableAt)
		return { reason: { kind: "not_available_yet", availableAt }, until: availableAt };
	const prestaging = prestage.get(count.ring.name) ?? null;
	if (prestaging) return { reason: prestaging };
	const closed = windowBarred(ground, machine, windows.install, "install");
	return closed ?? waitingFor(installs.take(count.ring.name, machine, slots));
}

function windowBarred(
	{ rollout, now }: Ground,
	machine: Machine,
	window: WindowState,
	act: "install" | "reboot",
): Waiting | null {
	if (window.isOpen) return null;
	const forced = forcedAt(rollout.policy, machine);
	if (forced !== null && forced <= now) return null;
	const until = Math.min(window.opensAt, forced ?? Number.POSITIVE_INFINITY);
	const opensAt = Number.isFinite(window.opensAt) ? window.opensAt : null;
	const reason = { kind: "window_closed" as const, act, window: window.name, opensAt, timeZone: window.timeZone };
	return { reason, ...untilOf(Number.isFinite(until) ? until : null) };
}

/** One that was asked for is asked again: its boot id tells how far it came, and it holds its slot already. */
function decideReboot(ground: Ground, member: Member, reboot: Reboot): RebootStep | FactsStep | Waiting {
	const { now, installs, slots, windows, gate } = ground;
	const { machine, count } = member;
	if (reboot.phase === "running") return rebootStep(ground, machine, reboot);
	if (gate && gate.index < member.ringIndex) return { reason: gate.reason, ...untilOf(gate.wakeAt) };
	if (reboot.bootId === "") return readFacts(ground, machine);
	const tryAt = triedAgainAt(reboot.at, reboot.failures, `${machine.name} reboot`);
	if (tryAt > now) {
		const { failure = null, failures } = reboot;
		return { reason: { kind: "backing_off", failure, failures }, until: tryAt };
	}
	const closed = windowBarred(ground, machine, windows.reboot, "reboot");
	const waiting = closed ?? waitingFor(installs.takeReboot(count.ring.name, machine, slots));
	return waiting ?? rebootStep(ground, machine, reboot);
}

/** A daemon that comes back after the deadline still looks whether the machine did. */
const LAST_LOOK_MS = 60_000;

function rebootStep({ rollout, now }: Ground, machine: Machine, { phase, at, attempt, bootId }: Reboot): RebootStep {
	const { timeoutMs } = rollout.policy.reboot;
	const forced = forcedAt(rollout.policy, machine);
	const deadline = phase === "running" ? Math.max(at + timeoutMs, now + LAST_LOOK_MS) : now + timeoutMs;
	const honoursUsers = forced === null || now < forced;
	return { kind: "reboot", machine: machine.name, rollout: rollout.id, attempt, bootId, deadline, honoursUsers };
}

function readFacts({ rollout, slots, now }: Ground, machine: Machine): FactsStep | Waiting {
	return decideFacts(rollout.policy.name, machine, { slots, now });
}

/** Reads what the machine is, as soon as it may be tried again. */
export function decideFacts(
	policy: string,
	machine: Machine,
	{ slots, now }: { readonly slots: Slots; readonly now: number },
): FactsStep | Waiting {
	const { failures = 0, at = 0, failure = null } = machine.factsFailure ?? {};
	const tryAt = triedAgainAt(at, failures, `${machine.name} facts`);
	if (tryAt > now) return { reason: { kind: "facts_unread", failure }, until: tryAt };
	const busy = slots.takeSession(machine);
	return busy ? { reason: busy } : { kind: "read_facts", machine: machine.name, policy, attempt: failures + 1 };
}

function waitingFor(reason: HeldReason | null): Waiting | null {
	return reason && { reason };
}

function stepFor(rollout: Rollout, machine: Machine, { spec, task }: Open): MachineStep {
	const ref = { machine: machine.name, rollout: rollout.id, package: spec.name, attempt: task.attempt };
	return { kind: stepKind(task.phase), ...ref };
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
