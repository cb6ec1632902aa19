import type { Reboot } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
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
	if (reboot.phase === "running") return waitingFor(slots.takeSession(machine)) ?? rebootStep(ground, machine, reboot);
	if (gate && gate.index < member.ringIndex) return gateBarred(gate);
	if (reboot.bootId === "") return decideFacts(ground.rollout.policy.name, machine, ground);
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

function rebootStep(
	{ rollout, now, windows }: Ground,
	machine: Machine,
	{ phase, at, attempt, bootId }: Reboot,
): RebootStep {
	const { timeoutMs } = rollout.policy.reboot;
	const forced = forcedAt(rollout.policy, machine);
	const deadline = phase === "running" ? Math.max(at + timeoutMs, now + LAST_LOOK_MS) : now + timeoutMs;
	const isForced = forced !== null && forced <= now;
	const askUntil = isForced ? deadline : askableUntil(windows.reboot, now, deadline);
	const step = { kind: "reboot" as const, machine: machine.name, rollout: rollout.id, attempt, bootId };
	return { ...step, deadline, askUntil, honoursUsers: !isForced };
}

/** One that was asked for in a window that has closed since, and perhaps never heard of it, waits for the next. */
function askableUntil(window: WindowState, now: number, deadline: number): number {
	return window.isOpen ? Math.min(window.closesAt ?? deadline, deadline) : now;
}
