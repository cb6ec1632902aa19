import type { Outcome } from "../model/event.ts";
import type { PackageFacts } from "../model/facts.ts";
import type { Failure } from "../model/failure.ts";
import type { Task } from "../model/fleet.ts";
import type { PackageSpec, RetryCause, RetrySpec } from "../model/policy.ts";
import type { MachineStep } from "../model/step.ts";
import { backOffMs, jitteredMs, ROOM_RETRY_MS } from "./back-off.ts";
import { classifyExit, isLossOfContact, isNeverConnected } from "./outcome-class.ts";
import { MAX_FAILURES, waitsForRoom, wasInstalled } from "./task.ts";
import { verdict } from "./verdict.ts";

export interface Finished {
	readonly step: MachineStep;
	readonly outcome: Outcome;
	readonly spec: PackageSpec;
	readonly retries: RetrySpec;
	readonly at: number;
}

/** The task after one of its steps ended: one legal transition for each outcome. */
export function afterOutcome(task: Task, finished: Finished): Task {
	if (task.attempt !== finished.step.attempt) return task;
	const { outcome, at } = finished;
	switch (outcome.kind) {
		case "inspected":
			return afterFacts(task, outcome.facts, finished);
		case "delivered": {
			const { kind: _kind, ...delivery } = outcome;
			return enter(task, "staged", at, { delivery });
		}
		case "exited":
			return afterExit(task, outcome.exitCode, finished);
		case "failed":
			return afterFailure(task, outcome.failure, finished);
		default:
			return task;
	}
}

/** Out of contact the job may go on: all that is certain is that the facts must be read. */
export function afterLossOfContact(task: Task, at: number): Task {
	return task.phase === "verified" || task.phase === "failed" || task.phase === "exited"
		? task
		: { ...task, phase: "unread", at };
}

/** It did not even begin, and holds no place of those that install. */
function notStarted({ startedAt: _startedAt, ...task }: Task, at: number): Task {
	return afterLossOfContact(task, at);
}

function afterFacts(task: Task, facts: PackageFacts, finished: Finished): Task {
	const { spec, at } = finished;
	const answer = verdict(spec, facts.observations);
	if (facts.job.kind === "running" || isUnheard(task, facts)) return follow(task, at);
	if (answer === "verified") return settle(task, "verified", at);
	if (answer === "unknown") return tryLater(task, unreadable(facts), at);
	if (task.phase === "verified") return fail(task, undone(spec), at);
	if (task.phase === "exited") return failOrRetry(task, "not_detected", notDetected(spec), finished);
	switch (facts.job.kind) {
		case "none":
			return afterRequirement(task, facts, finished);
		case "lost": {
			const cut = { ...task, installedAt: at };
			return tryLater(nextAttempt(cut, phaseBefore(spec, facts), at), interrupted(spec), at);
		}
		case "exited":
			return follow(task, at);
	}
}

/** Nothing of ours has run: what its script requires decides whether anything will. */
function afterRequirement(task: Task, facts: PackageFacts, { spec, at }: Finished): Task {
	const { requirement } = facts;
	const { unmetExit: _unmetExit, ...asked } = task;
	if (requirement !== undefined && requirement.type !== "script")
		return tryLater(asked, unreadable({ observations: [requirement] }), at);
	const exitCode = requirement?.exitCode ?? 0;
	if (exitCode === 0 || wasInstalled(task)) return enter(asked, phaseBefore(spec, facts), at);
	return enter(asked, "unread", at, { unmetExit: exitCode });
}

/** To remove a package no file is needed: it is as good as staged. */
function phaseBefore({ state }: PackageSpec, { isStaged }: PackageFacts): "staged" | "absent" {
	return isStaged || state === "absent" ? "staged" : "absent";
}

/** An installer of ours ended while nobody listened: how it ended says more than that the package is there, such as a reboot that it needs. */
function isUnheard({ phase, startedAt }: Task, { job }: PackageFacts): boolean {
	return job.kind === "exited" && startedAt !== undefined && phase !== "exited" && phase !== "verified";
}

/** Following also adopts a job that has ended: its whole result, with what it printed. */
function follow(task: Task, at: number): Task {
	return { ...enter(task, "running", at), startedAt: task.startedAt ?? at };
}

function afterExit(task: Task, exitCode: number, finished: Finished): Task {
	const { spec, at } = finished;
	const ended = { ...task, exitCode, installedAt: at };
	switch (classifyExit(spec.returnCodes, exitCode)) {
		case "retry":
			return tryLater(nextAttempt(ended, "staged", at), busy(spec, exitCode), at);
		case "failed": {
			const failure = { code: "FS-INSTALL-EXIT" as const, detail: `${spec.name}: the installer exited ${exitCode}` };
			return failOrRetry(ended, "failed", failure, finished);
		}
		default:
			return enter(ended, "exited", at);
	}
}

function afterFailure(task: Task, failure: Failure, finished: Finished): Task {
	const { at, step } = finished;
	if (isNeverConnected(failure.code) && step.kind === "install") return notStarted(task, at);
	if (isLossOfContact(failure.code)) return afterLossOfContact(task, at);
	switch (failure.code) {
		case "FS-INSTALL-LATER":
			return waitUntilLater(nextAttempt(task, "staged", at), failure, at);
		case "FS-INSTALL-HOOK":
			return failOrRetry({ ...task, installedAt: at }, "failed", failure, finished);
		case "FS-INSTALL-BUSY":
			return tryLater(nextAttempt(task, "staged", at), failure, at);
		case "FS-INSTALL-OUTPUT":
			return failOrRetry({ ...task, installedAt: at }, "failed", failure, finished);
		case "FS-INSTALL-TIMEOUT":
			return failOrRetry({ ...task, installedAt: at }, "timed_out", failure, finished);
		case "FS-INSTALL-DIGEST":
		case "FS-INSTALL-NOEXEC":
		case "FS-INSTALL-FENCED":
		case "FS-DELIVER-TOOL":
			return fail(task, failure, at);
		case "FS-DELIVER-DISK":
		case "FS-DISK-FULL":
			return waitForRoom(lookedAtAgain(task), failure, at);
		default:
			return tryLater(lookedAtAgain(task), failure, at);
	}
}

function lookedAtAgain(task: Task): Task {
	return task.phase === "staged" || task.phase === "running" ? { ...task, phase: "unread" } : task;
}

/** Progress: the count of failures starts anew. */
function enter(task: Task, phase: Task["phase"], at: number, more: Partial<Task> = {}): Task {
	const { failure: _failure, startedAt: _startedAt, notBefore: _notBefore, ...kept } = task;
	return { ...kept, phase, failures: 0, at, ...more };
}

/** Verified or failed: what a person asked for has been done. */
function settle(task: Task, phase: "verified" | "failed", at: number): Task {
	const { isRequested: _isRequested, ...kept } = task;
	return enter(kept, phase, at);
}

/** A new attempt has a new key on the machine, which is what permits to run the installer again. */
function nextAttempt(task: Task, phase: Task["phase"], at: number): Task {
	const { startedAt: _startedAt, ...kept } = task;
	return { ...kept, phase, attempt: task.attempt + 1, at };
}

function failOrRetry(task: Task, cause: RetryCause, failure: Failure, { retries, step, at }: Finished): Task {
	const used = task.retries ?? 0;
	if (!retries.on.includes(cause) || used >= retries.max) return fail(task, failure, at);
	const delayMs = retries.backoff === "fixed" ? retries.delayMs : retries.delayMs * 2 ** used;
	const notBefore = at + jitteredMs(delayMs, `${step.machine} ${step.package} retry`, used + 1);
	return { ...nextAttempt(task, "unread", at), retries: used + 1, notBefore, failure };
}

function tryLater(task: Task, failure: Failure, at: number): Task {
	const later = { ...task, failures: task.failures + 1, failure, ...triedAt(task, at) };
	return later.failures >= MAX_FAILURES ? fail(later, failure, at) : later;
}

/** The policy's own hook said so: it has not failed, however often, and is asked again, at last every five minutes. */
function waitUntilLater(task: Task, failure: Failure, at: number): Task {
	return { ...task, failures: task.failures + 1, failure, at };
}

/** Nothing was harmed and somebody may make room: it has not failed, and is tried ever more rarely. */
function waitForRoom(task: Task, failure: Failure, at: number): Task {
	const later = { ...task, failures: task.failures + 1, failure, at };
	return waitsForRoom(later) ? { ...later, notBefore: at + ROOM_RETRY_MS } : later;
}

/** A verified package that cannot be looked at again right now keeps the time at which it was. */
function triedAt({ phase, failures, at: verifiedAt }: Task, at: number): Pick<Task, "at" | "notBefore"> {
	return phase === "verified" ? { at: verifiedAt, notBefore: at + backOffMs(failures + 1, "again") } : { at };
}

function fail(task: Task, failure: Failure, at: number): Task {
	return { ...settle(task, "failed", at), failures: task.failures, failure };
}

function undone(spec: PackageSpec): Failure {
	const finds = spec.state === "absent" ? "finds it again" : "no longer finds it";
	const detail = `${spec.name} ${spec.version}: it was verified, and detection ${finds}`;
	return { code: "FS-INSTALL-UNDONE", detail };
}

function notDetected(spec: PackageSpec): Failure {
	const finds = spec.state === "absent" ? "still finds it" : "does not find it";
	const detail = `${spec.name} ${spec.version}: the installer said success, detection ${finds}`;
	return { code: "FS-INSTALL-NOT-DETECTED", detail };
}

function interrupted(spec: PackageSpec): Failure {
	return {
		code: "FS-INSTALL-EXIT",
		detail: `${spec.name}: the job ended without a result, as when a machine restarts`,
	};
}

function busy(spec: PackageSpec, exitCode: number): Failure {
	return {
		code: "FS-INSTALL-BUSY",
		detail: `${spec.name}: the installer exited ${exitCode}, which asks for a later try`,
	};
}

function unreadable({ observations }: Pick<PackageFacts, "observations">): Failure {
	const saw = observations.find((observation) => observation.type === "unreadable");
	return { code: "FS-DETECT-FAILED", detail: saw?.type === "unreadable" ? saw.detail : "detection gave no answer" };
}
