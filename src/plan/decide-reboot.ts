import type { Reboot } from "../model/fleet.ts";
import type { FactsStep, RebootStep } from "../model/step.ts";
import { decideFacts } from "./decide-facts.ts";
import { forcedAt } from "./force.ts";
import type { Ground, Member, Waiting } from "./ground.ts";
import { gateBarred, waitingFor, windowBarred } from "./step-bars.ts";
import { triedAgainAt } from "./try-again.ts";
import type { WindowState } from "./windows.ts";

/** One that was asked for is asked again: its boot id tells how far it came, and it holds its place among the reboots already. */
export function decideReboot(ground: Ground, member: Member, reboot: Reboot): RebootStep | FactsStep | Waiting {
	const { now, installs, slots, windows, gate } = ground;
	const { machine, count } = member;
	if (reboot.phase === "running") return waitingFor(slots.takeSession(machine)) ?? rebootStep(ground, member, reboot);
	if (gate && gate.index < member.ringIndex) return gateBarred(gate);
	if (reboot.bootId === "") return decideFacts(ground.rollout.policy.name, machine, ground);
	const tryAt = triedAgainAt(reboot.at, reboot.failures, `${machine.name} reboot`);
	if (tryAt > now) {
		const { failure = null, failures } = reboot;
		return { reason: { kind: "backing_off", failure, failures }, until: tryAt };
	}
	const closed = windowBarred(ground, machine, windows.reboot, "reboot");
	const waiting = closed ?? waitingFor(installs.takeReboot(count.ring.name, machine, slots));
	return waiting ?? rebootStep(ground, member, reboot);
}

/** A daemon that comes back after the deadline still looks whether the machine did. */
const LAST_LOOK_MS = 60_000;

function rebootStep(ground: Ground, member: Member, { phase, at, attempt, bootId }: Reboot): RebootStep {
	const { rollout, now, windows } = ground;
	const { machine } = member;
	const { timeoutMs } = rollout.policy.reboot;
	const forced = forcedAt(rollout.policy, machine);
	const deadline = phase === "running" ? Math.max(at + timeoutMs, now + LAST_LOOK_MS) : now + timeoutMs;
	const isForced = forced !== null && forced <= now;
	const window = isForced ? ALWAYS : windows.reboot;
	const lastAsked = phase === "running" ? askedAgainUntil(ground, member, at + timeoutMs / 2) : deadline;
	const askUntil = Math.min(lastAsked, askableUntil(window, now, deadline));
	const step = { kind: "reboot" as const, machine: machine.name, rollout: rollout.id, attempt, bootId };
	return { ...step, deadline, askUntil, honoursUsers: !isForced };
}

const ALWAYS = { isOpen: true, name: null, openedAt: null, closesAt: null } as const;

/**
 * A machine that perhaps never heard of it is asked again while there is time for it to come back within its slot, unless the rest
 * was stopped meanwhile. Later it is only looked at, and takes a new slot.
 */
function askedAgainUntil({ bar, brake, now }: Ground, { standing, seat }: Member, at: number): number {
	const isStopped = standing === "excluded" || bar !== null || (brake !== null && !seat.isRequested);
	return isStopped ? now : at;
}

/** One that was asked for in a window that has closed since, and perhaps never heard of it, waits for the next. */
function askableUntil(window: WindowState, now: number, deadline: number): number {
	return window.isOpen ? Math.min(window.closesAt ?? deadline, deadline) : now;
}
