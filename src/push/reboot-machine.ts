import { setTimeout as delay } from "node:timers/promises";
import type { Outcome } from "../model/event.ts";
import { askForReboot } from "./ask-for-reboot.ts";
import { SCRIPT_SECONDS } from "./commands/inspect.ts";
import { failed } from "./failed.ts";
import { type Look, lookAtBoot } from "./look-at-boot.ts";
import type { Rebooting } from "./rebooting.ts";
import { sshFailure } from "./ssh-failure.ts";
import type { Target } from "./target.ts";
import type { RebootTask } from "./task.ts";

/** What timers can count to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Asks the machine to reboot unless it has since `step.bootId`, and waits until it is back with another boot id and passes the test. Asked
 * again at any moment it goes on from what the machine says, and never reboots twice. Errors: FS-SSH-* (nothing was asked for yet),
 * FS-SSH-HOSTKEY, FS-REBOOT-USERS, -REFUSED, -LATE (it may not be asked any more, and nobody had), -TIMEOUT, -TEST.
 */
export async function rebootMachine(rebooting: Rebooting): Promise<Outcome> {
	const { sessions, target, task, pauses, signal } = rebooting;
	const leftMs = Math.min(Math.max(task.step.deadline - task.now(), 0), LONGEST_TIMER_MS);
	const ending = AbortSignal.any([signal, sessions.stopped, AbortSignal.timeout(leftMs)]);
	let seen = await lookAtBoot(rebooting, signal);
	if ("failure" in seen) return seen;
	let course: Course = { beganAt: performance.now(), isTaken: false, hasReturned: false, last: "" };
	for (let pauseMs = pauses.firstMs; ; pauseMs = Math.min(pauseMs * 1.5, pauses.longestMs)) {
		const next = await goOn({ ...rebooting, signal: ending }, course, seen);
		if ("kind" in next) return next;
		course = next;
		sessions.drop(target.machine);
		await pause(pauseMs, ending);
		if (ending.aborted) return signal.aborted || sessions.stopped.aborted ? stopped(target) : late(target, course);
		seen = await lookAtBoot(rebooting, ending);
	}
}

interface Course {
	/** By the monotonic clock, ms. */
	readonly beganAt: number;
	/** False: not asked for yet, or the connection was lost under the request and nobody knows. */
	readonly isTaken: boolean;
	readonly hasReturned: boolean;
	/** What was seen last. */
	readonly last: string;
}

async function goOn(rebooting: Rebooting, course: Course, seen: Look): Promise<Course | Outcome> {
	const { task, signal } = rebooting;
	if ("failure" in seen) {
		if (seen.failure.code === "FS-SSH-HOSTKEY") return seen;
		// A look that our own deadline cut off says nothing about the machine.
		return signal.aborted ? course : { ...course, last: lastOf(seen) };
	}
	const { bootId, testCode } = seen;
	if (bootId !== task.step.bootId) {
		if (testCode === 0) return { kind: "rebooted", bootId };
		const isCutOff = testCode === null && signal.aborted && course.hasReturned;
		if (isCutOff) return course;
		return { ...course, hasReturned: true, last: `reboot.test_command ${sayExit(testCode)}` };
	}
	const last = "it still runs with the boot id that was to end";
	if (course.isTaken) return { ...course, last };
	if (task.now() >= task.step.askUntil) return isGoingDown(rebooting, course) ? { ...course, last } : tooLate(task);
	const asked = await askForReboot(rebooting);
	return asked.kind === "failed" ? asked : { ...course, isTaken: asked.kind === "taken", last };
}

/** Whether an earlier request may still be on its way. */
function isGoingDown({ pauses }: Rebooting, { beganAt }: Course): boolean {
	return performance.now() < beganAt + pauses.goingDownMs;
}

function tooLate({ step }: RebootTask): Outcome {
	return failed("FS-REBOOT-LATE", `${step.machine}: the window closed before it was asked`);
}

/** 124 is timeout(1)'s. */
function sayExit(code: number | null): string {
	if (code === null) return "gave no answer";
	return code === 124 ? `takes longer than ${SCRIPT_SECONDS} s` : `exits with ${code}`;
}

function lastOf({ failure }: Extract<Look, { readonly kind: "failed" }>): string {
	return failure.detail.slice(failure.detail.indexOf(": ") + 2);
}

function late({ machine }: Target, { hasReturned, last }: Course): Outcome {
	const what = hasReturned ? "it is back, but the time is over" : "it did not come back in time";
	return failed(hasReturned ? "FS-REBOOT-TEST" : "FS-REBOOT-TIMEOUT", `${machine}: ${what}: ${last}`);
}

function stopped(target: Target): Outcome {
	return sshFailure(target, new Error("stopped"));
}

/** Resolves early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
	await delay(ms, null, { signal }).catch((error: Error) => {
		if (error.name !== "AbortError") throw error;
	});
}
