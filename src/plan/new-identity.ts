import type { Fleet, Rollout, Task } from "../model/fleet.ts";
import type { HostKey, Trust } from "../model/machine.ts";
import { withEntry, withoutEntry } from "./copy.ts";
import { withRollout } from "./task.ts";

/** Whether these keys make another machine of it than the one that was approved before. */
export function isNewIdentity(trust: Trust, hostKeys: readonly HostKey[]): boolean {
	if (trust.kind === "discovered") return false;
	return !trust.hostKeys.some((known) => hostKeys.some(({ fingerprint }) => fingerprint === known.fingerprint));
}

/** Nothing that was seen on the old machine holds for the new one: every rollout looks at it again, from the start. */
export function lookAtAnew(fleet: Fleet, machine: string, at: number): Fleet {
	let next = fleet;
	for (const rollout of fleet.rollouts.values()) {
		const anew = lookAtAnewIn(rollout, machine, at);
		if (anew !== rollout) next = withRollout(next, anew);
	}
	return next;
}

function lookAtAnewIn(rollout: Rollout, machine: string, at: number): Rollout {
	const { progress, reboots, givenUp } = rollout;
	const tasks = progress.get(machine);
	if (!tasks && !givenUp.has(machine)) return rollout;
	const unread = new Map([...(tasks ?? [])].map(([name, task]) => [name, unreadAgain(task, at)]));
	const isRebooting = reboots.get(machine)?.phase === "running";
	return {
		...rollout,
		progress: tasks ? withEntry(progress, machine, unread) : progress,
		reboots: isRebooting ? reboots : withoutEntry(reboots, machine),
		givenUp: withoutEntry(givenUp, machine),
	};
}

/** Its attempt stays: should it be the same machine with another key, it knows that one. So does its slot, should it be installing. */
function unreadAgain({ attempt, startedAt }: Task, at: number): Task {
	return { phase: "unread", attempt, failures: 0, at, ...(startedAt === undefined ? {} : { startedAt }) };
}
