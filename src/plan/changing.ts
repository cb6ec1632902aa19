import type { Rollout, Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import { taskOf } from "./task.ts";

/** Time that a stopped installer gets to die after its timeout, before its slot is given away. */
const KILL_MARGIN_MS = 60_000;

/** A machine is changing from the start of an install until detection has spoken, also while it is out of contact. */
export function isChanging(rollout: Rollout, machine: string, now: number): boolean {
	return changingEnds(rollout, machine).some((at) => now < at);
}

/** When time alone ends it: a machine that is lost or quarantined in the middle must not hold its slot for ever. */
export function changingEnds(rollout: Rollout, machine: string): readonly number[] {
	const ends = rollout.policy.packages.map((spec) => givenUpAt(taskOf(rollout, machine, spec.name), spec));
	return ends.filter((at) => at > 0);
}

/** 0: no install is under way. The machine itself stops an installer at its timeout. */
function givenUpAt({ phase, startedAt, at }: Task, { install }: PackageSpec): number {
	const since = startedAt ?? (phase === "running" || phase === "exited" ? at : null);
	return since === null ? 0 : since + install.timeoutMs + KILL_MARGIN_MS;
}
