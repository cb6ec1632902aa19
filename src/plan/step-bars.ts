import type { Machine } from "../model/machine.ts";
import { forcedAt } from "./force.ts";
import type { Gate } from "./gate.ts";
import type { Ground, Member, Waiting } from "./ground.ts";
import type { HeldReason } from "./held.ts";
import type { Open } from "./task.ts";
import { timeZoneOf } from "./time-zone.ts";
import { triedAgainAt } from "./try-again.ts";
import type { WindowState } from "./windows.ts";

/** What bars the step that the task's phase asks for. */
export function stepBarred(ground: Ground, member: Member, { spec, task }: Open): Waiting | null {
	const { now, slots } = ground;
	const { machine } = member;
	const { failures: tries, notBefore = 0 } = task;
	const tryAt =
		tries === 0 ? notBefore : Math.max(notBefore, triedAgainAt(task.at, tries, `${machine.name} ${spec.name}`));
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

const ACQUIRING: Waiting = { reason: { kind: "acquiring" } };

function packageBarred({ fleet }: Ground, sha256: string): Waiting | null {
	const state = fleet.packages.get(sha256);
	if (state?.kind === "held") return null;
	if (state === undefined) return ACQUIRING;
	return { reason: { kind: "package_failed", failure: state.failure, isFinal: state.kind === "refused" } };
}

function installBarred(ground: Ground, { seat, machine, count, ringIndex }: Member): Waiting | null {
	const { rollout, gate, now, installs, slots, prestage, windows } = ground;
	const { availableAt } = rollout.policy;
	if (gate && gate.index < ringIndex) return gateBarred(gate);
	if (availableAt !== undefined && now < availableAt)
		return {
			reason: { kind: "not_available_yet", availableAt, timeZone: timeZoneOf(rollout.policy) },
			until: availableAt,
		};
	const prestaging = prestage.get(count.ring.name) ?? null;
	if (prestaging) return { reason: prestaging };
	const closed = windowBarred(ground, machine, windows.install, "install");
	const take = () => (seat.isOutOfReach ? slots.takeSession(machine) : installs.take(count.ring.name, machine, slots));
	return closed ?? waitingFor(take());
}

/** Why an install or a reboot waits for its window; a deadline that has passed waits for none. */
export function windowBarred(
	{ rollout, now }: Ground,
	machine: Machine,
	window: WindowState,
	act: "install" | "reboot",
): Waiting | null {
	if (window.isOpen) return null;
	const forced = forcedAt(rollout.policy, machine);
	if (forced !== null && forced <= now) return null;
	const until = Math.min(window.opensAt, forced ?? Number.POSITIVE_INFINITY);
	return { reason: closedReason(window, act), ...untilOf(Number.isFinite(until) ? until : null) };
}

type Closed = Extract<WindowState, { isOpen: false }>;

/** One for all that wait for it. */
const closedReasons = new WeakMap<Closed, Map<"install" | "reboot", HeldReason>>();

function closedReason(window: Closed, act: "install" | "reboot"): HeldReason {
	const known = closedReasons.get(window) ?? new Map<"install" | "reboot", HeldReason>();
	closedReasons.set(window, known);
	const opensAt = Number.isFinite(window.opensAt) ? window.opensAt : null;
	const { name, timeZone } = window;
	const reason = known.get(act) ?? { kind: "window_closed", act, window: name, opensAt, timeZone };
	known.set(act, reason);
	return reason;
}

/** The rings behind a gate wait for it. */
export function gateBarred(gate: Gate): Waiting {
	return { reason: gate.reason, ...untilOf(gate.wakeAt) };
}

function untilOf(at: number | null): { readonly until?: number } {
	return at === null ? {} : { until: at };
}

export function waitingFor(reason: HeldReason | null): Waiting | null {
	return reason && { reason };
}
