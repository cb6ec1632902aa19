import type { Rollout, Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import { tasksOf } from "./task.ts";

/** Time that a stopped installer gets to die after its timeout, before its slot is given away. */
const KILL_MARGIN_MS = 60_000;

/** A machine is changing from the start of an install or reboot until detection has spoken, also while it is out of contact. */
export function isChanging(rollout: Rollout, machine: string, now: number): boolean {
	return changingUntil(rollout, machine) > now;
}

/** When time alone ends it: a machine that is lost or quarantined in the middle must not hold its slot for ever. 0: it is not changing. */
export function changingUntil(rollout: Rollout, machine: string): number {
	let until = rebootingUntil(rollout, machine);
	if (!rollout.progress.has(machine)) return until;
	for (const { spec, task } of tasksOf(rollout, machine)) until = Math.max(until, givenUpAt(task, spec));
	return until;
}

/** Until when a reboot holds its slot; 0: none is under way. */
export function rebootingUntil({ policy, reboots }: Rollout, machine: string): number {
	const reboot = reboots.get(machine);
	return reboot?.phase === "running" ? reboot.at + policy.reboot.timeoutMs : 0;
}

/** 0: no install is under way. The machine itself stops an installer at its timeout. */
function givenUpAt({ phase, startedAt, at }: Task, { install }: PackageSpec): number {
	const since = startedAt ?? (phase === "running" || phase === "exited" ? at : null);
	return since === null ? 0 : since + install.timeoutMs + KILL_MARGIN_MS;
}
