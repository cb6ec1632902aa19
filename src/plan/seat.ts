import type { Failure } from "../model/failure.ts";
import type { Reboot, Rollout, Task, TaskPhase } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import { changingUntil, rebootingUntil } from "./changing.ts";
import { givesUpAt, isOutOfReach } from "./contact.ts";
import { unmetRequirement } from "./requirements.ts";
import { isApplicable, type MachineStanding } from "./standing.ts";
import { MAX_FAILURES, type Open, tasksOf, waitsForRoom, wasInstalled } from "./task.ts";
import { retryAt } from "./try-again.ts";

/** A machine in a rollout with all that follows from the two alone: it is worked out again when one of them has changed. Times are ms since the epoch. */
export interface Seat {
	readonly machine: Machine;
	/** The machine's tasks as they are in the rollout. */
	readonly progress: ReadonlyMap<string, Task> | undefined;
	readonly reboot: Reboot | undefined;
	readonly givenUp: "skipped" | "failed" | undefined;
	/** In the policy's order. */
	readonly tasks: readonly Open[];
	/**
	 * Those whose requirements the machine meets, or may meet as long as nobody has looked. What has been delivered is not
	 * asked again: the package itself takes the room that it needs.
	 */
	readonly applicable: readonly Open[];
	/** Where it stands while it has not stayed away for too long; see `standingAt`. */
	readonly standing: MachineStanding;
	/** When the policy gives it up if it stays away; null: it is not away. */
	readonly givesUpAt: number | null;
	/** Until when it is in the middle of a change at most; 0: it is not. */
	readonly changingUntil: number;
	/** Until when a reboot holds its slot at most; 0: none is under way. */
	readonly rebootingUntil: number;
	readonly isOutOfReach: boolean;
	/** When it may be tried again; 0: at once. */
	readonly retryAt: number;
	/** This rollout has run an installer on it. */
	readonly wasInstalled: boolean;
	/** The ring in which it was begun and so stays; undefined: wherever the policy puts it now. */
	readonly ring: string | undefined;
	/** A person asked for it: a spent budget does not hold it. */
	readonly isRequested: boolean;
	/** It has every package that it needs, or had before the install. */
	readonly isHolding: boolean;
	/** There has been no room for a package on it for long. */
	readonly isFull: boolean;
	/** When a package was last verified on it; 0: never. */
	readonly verifiedAt: number;
	/** Verifications before it do not count, since the machine was rebooted. */
	readonly freshSince: number;
	/** What is to be done next; null: nothing. */
	readonly next: Open | null;
}

/** Whoever is in one of these holds the verified package, or did until it was installed. */
const HOLDING: readonly TaskPhase[] = ["staged", "running", "exited", "verified"];

export function seatOf(rollout: Rollout, machine: Machine): Seat {
	const { name } = machine;
	const reboot = rollout.reboots.get(name);
	const givenUp = rollout.givenUp.get(name);
	const tasks = tasksOf(rollout, name);
	const applicable = tasks.filter(({ spec, task }) => isApplicable(spec, task, machine));
	const freshSince = reboot?.phase === "done" ? reboot.at : 0;
	const next = applicable.find(({ task }) => isOpen(task, freshSince)) ?? null;
	const given = { machine, progress: rollout.progress.get(name), reboot, givenUp, tasks, applicable, freshSince, next };
	return {
		...given,
		standing: standing(given),
		ring: tasks.find(({ task }) => task.ring !== undefined)?.task.ring,
		givesUpAt: givesUpAt(rollout, machine),
		changingUntil: changingUntil(rollout, name),
		rebootingUntil: rebootingUntil(rollout, name),
		isOutOfReach: isOutOfReach(machine),
		retryAt: retryAt(machine),
		wasInstalled: tasks.some(({ task }) => wasInstalled(task)),
		isRequested: tasks.some(({ task }) => task.isRequested),
		isHolding: applicable.length > 0 && applicable.every(({ task }) => HOLDING.includes(task.phase)),
		isFull: applicable.some(({ task }) => waitsForRoom(task)),
		verifiedAt: tasks.reduce((last, { task }) => (task.phase === "verified" ? Math.max(last, task.at) : last), 0),
	};
}

function standing(seat: Pick<Seat, "machine" | "givenUp" | "reboot" | "applicable" | "next">): MachineStanding {
	const { machine, givenUp, reboot, applicable, next } = seat;
	if (machine.excluded) return "excluded";
	if (givenUp) return givenUp;
	if (reboot?.phase === "failed" || applicable.some(({ task }) => task.phase === "failed")) return "failed";
	if (isUnreadable(seat)) return "failed";
	if (applicable.length === 0) return "not_applicable";
	if (next !== null) return "open";
	return reboot === undefined || reboot.phase === "done" ? "verified" : "open";
}

/** What the machine is could not be read so often that nobody waits for it any more, and nothing goes on without. */
function isUnreadable({ machine, reboot, next }: Pick<Seat, "machine" | "reboot" | "next">): boolean {
	if ((machine.factsFailure?.failures ?? 0) < MAX_FAILURES) return false;
	if (reboot?.phase === "due" && reboot.bootId === "") return true;
	return next !== null && unmetRequirement(next.spec, machine) === "unknown";
}

/** Why it has failed, for one that has. */
export function failureOf({ machine, tasks, reboot, givenUp }: Seat): Failure {
	const broken = tasks.find(({ task }) => task.phase === "failed")?.task.failure ?? reboot?.failure;
	const unread = givenUp ? undefined : machine.factsFailure?.failure;
	return broken ?? unread ?? { code: "FS-MACHINE-ABSENT", detail: `${machine.name} stayed away` };
}

/** A policy that waits for machines still names those that it has waited for long enough. */
export function standingAt({ policy }: Rollout, seat: Seat, now: number): MachineStanding {
	if (seat.standing !== "open" || seat.next === null || policy.offline.policy !== "wait") return seat.standing;
	return seat.givesUpAt !== null && seat.givesUpAt <= now ? "skipped" : "open";
}

/** In the middle of a change, which finishes whatever stops the rest. A reboot that nobody has asked the machine for is not in flight. */
export function isInFlight({ changingUntil, reboot }: Seat, now: number): boolean {
	return changingUntil > now && !isUrgentlyDue(reboot);
}

export function isUrgentlyDue(reboot: Reboot | undefined): boolean {
	return reboot?.phase === "due" && reboot.isUrgent;
}

/** The reboot that comes before the package which is open; null: none does. */
export function nextReboot({ reboot }: Seat, open: Open | null): Reboot | null {
	if (reboot?.phase !== "due" && reboot?.phase !== "running") return null;
	return open === null || reboot.phase === "running" || isUrgentlyDue(reboot) ? reboot : null;
}

/** The next moment at which time alone may make something else of the seat; Infinity: never. */
export function turnsAt({ givesUpAt, changingUntil, rebootingUntil, tasks }: Seat, now: number): number {
	let next = Number.POSITIVE_INFINITY;
	const turn = (at: number) => {
		if (at > now && at < next) next = at;
	};
	turn(givesUpAt ?? 0);
	turn(changingUntil);
	turn(rebootingUntil);
	for (const { task } of tasks) turn(task.notBefore ?? 0);
	return next;
}

export function machineStanding(rollout: Rollout, machine: Machine, now: number): MachineStanding {
	return standingAt(rollout, seatOf(rollout, machine), now);
}

/**
 * The first package in the policy's order that is not verified, or was verified before the machine's reboot or before
 * `since` (ms) and has to be looked at again; a failed one stops those behind it.
 */
export function nextPackage({ applicable, freshSince, next }: Seat, since: number): Open | null {
	if (since <= freshSince) return next;
	return applicable.find(({ task }) => isOpen(task, since)) ?? null;
}

function isOpen({ phase, at }: Task, freshSince: number): boolean {
	return phase !== "verified" || at < freshSince;
}
