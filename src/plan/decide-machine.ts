import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { PackageSpec } from "../model/policy.ts";
import type { MachineStep, MachineStepKind } from "../model/step.ts";
import { backOffMs, SILENT_RETRY_MS } from "./back-off.ts";
import { isChanging } from "./changing.ts";
import type { Held, HeldReason } from "./held.ts";
import type { RingCount } from "./rings.ts";
import type { InstallSlots, Slots } from "./slots.ts";
import { taskOf } from "./task.ts";
import type { WindowState } from "./windows.ts";

/** All that the decision about one machine looks at. */
export interface Ground {
	readonly fleet: Fleet;
	readonly rollout: Rollout;
	readonly machine: Machine;
	readonly ring: string;
	/** The first ring that has not proven itself, when it is an earlier one than the machine's. */
	readonly gate: RingCount | null;
	/** Why the rollout starts nothing new, if it does not. */
	readonly brake: HeldReason | null;
	readonly window: WindowState;
	readonly now: number;
	/** Machines that have a step in flight or were given one in this decision, and for which policy. */
	readonly busy: ReadonlyMap<string, string>;
	readonly slots: Slots;
	readonly installs: InstallSlots;
}

type Answer = { readonly step: MachineStep } | { readonly held: Held } | null;
type Waiting = { readonly reason: HeldReason; readonly until?: number };

/** The machine's next step, or the one reason why there is none; null: nothing to do, or its own step is in flight. */
export function decideMachine(ground: Ground): Answer {
	const { rollout, machine, busy } = ground;
	const open = nextPackage(ground);
	if (open === null || busy.get(machine.name) === rollout.policy.name) return null;
	const waiting = barred(ground, open.task) ?? stepBarred(ground, open);
	if (waiting === null) return { step: stepFor(ground, open) };
	return { held: { policy: rollout.policy.name, machine: machine.name, ...waiting } };
}

interface Open {
	readonly spec: PackageSpec;
	readonly task: Task;
}

/** Packages are done in the policy's order; a failed one stops those behind it. */
function nextPackage({ rollout, machine }: Ground): Open | null {
	const tasks = rollout.policy.packages.map((spec) => ({ spec, task: taskOf(rollout, machine.name, spec.name) }));
	return tasks.find(({ task }) => task.phase !== "verified") ?? null;
}

/** What bars every step on the machine, the most lasting reason first. */
function barred({ rollout, machine, gate, brake, now, busy }: Ground, task: Task): Waiting | null {
	const { trust, presence } = machine;
	if (task.phase === "failed" && task.failure) return { reason: { kind: "failed", failure: task.failure } };
	if (trust.kind === "quarantined")
		return { reason: { kind: "host_key_changed", expected: trust.hostKeys, saw: trust.saw } };
	if (gate) return { reason: ringWaiting(gate) };
	if (brake && !isChanging(rollout, machine.name, now)) return { reason: brake };
	const reachAt = presence.kind === "unreachable" || presence.kind === "silent" ? retryAt(machine) : now;
	if (reachAt > now) {
		const failure = presence.kind === "unreachable" ? presence.failure : null;
		return { reason: { kind: "waiting_for_machine", failure, since: reachAt }, until: reachAt };
	}
	const otherPolicy = busy.get(machine.name);
	return otherPolicy === undefined ? null : { reason: { kind: "machine_busy", policy: otherPolicy } };
}

function retryAt({ name, presence }: Machine): number {
	if (presence.kind === "unreachable") return presence.at + backOffMs(presence.failures, name);
	return presence.kind === "silent" ? presence.at + SILENT_RETRY_MS : 0;
}

function ringWaiting({ ring, members, verified, failed, unreachable }: RingCount): HeldReason {
	const counted = members.length - unreachable;
	return { kind: "ring_waiting", ring: ring.name, verified, failed, counted, threshold: ring.successThreshold };
}

/** What bars the step that the task's phase asks for. */
function stepBarred(ground: Ground, { spec, task }: Open): Waiting | null {
	const { now, machine, slots } = ground;
	const tryAt = task.at + backOffMs(task.failures, `${machine.name} ${spec.name}`);
	if (task.failures > 0 && tryAt > now)
		return { reason: { kind: "backing_off", failure: task.failure ?? null, failures: task.failures }, until: tryAt };
	switch (task.phase) {
		case "absent":
			return packageBarred(ground, spec) ?? waitingFor(slots.takeDelivery(machine));
		case "staged":
			return installBarred(ground);
		default:
			return waitingFor(slots.takeSession(machine));
	}
}

function packageBarred({ fleet }: Ground, spec: PackageSpec): Waiting | null {
	const state = fleet.packages.get(spec.sha256);
	if (state?.kind === "held") return null;
	if (state === undefined) return { reason: { kind: "acquiring" } };
	return { reason: { kind: "package_failed", failure: state.failure, isFinal: state.kind === "refused" } };
}

function installBarred({ window, installs, ring, machine, slots }: Ground): Waiting | null {
	if (window.isOpen) return waitingFor(installs.take(ring, machine, slots));
	const reason = { kind: "window_closed" as const, window: window.name, timeZone: window.timeZone };
	return Number.isFinite(window.opensAt) ? { reason, until: window.opensAt } : { reason };
}

function waitingFor(reason: HeldReason | null): Waiting | null {
	return reason && { reason };
}

function stepFor({ rollout, machine }: Ground, { spec, task }: Open): MachineStep {
	const ref = { machine: machine.name, rollout: rollout.id, package: spec.name, attempt: task.attempt };
	return { kind: stepKind(task), ...ref };
}

function stepKind({ phase }: Task): MachineStepKind {
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

/** Which machines have a step in flight, and for which policy: a machine does one thing at a time. */
export function busyMachines(fleet: Fleet): Map<string, string> {
	const policyOf = new Map([...fleet.rollouts].map(([policy, { id }]) => [id, policy]));
	const machineSteps = [...fleet.running.values()].flatMap(({ step }) => ("machine" in step ? [step] : []));
	return new Map(machineSteps.map((step) => [step.machine, policyOf.get(step.rollout) ?? step.rollout]));
}
