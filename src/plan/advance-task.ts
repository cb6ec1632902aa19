import type { Outcome } from "../model/event.ts";
import type { PackageFacts } from "../model/facts.ts";
import type { Failure } from "../model/failure.ts";
import type { Task } from "../model/fleet.ts";
import type { PackageSpec } from "../model/policy.ts";
import type { MachineStep } from "../model/step.ts";
import { classifyExit, isLossOfContact } from "./outcome-class.ts";
import { verdict } from "./verdict.ts";

/** Tries of one kind that fail one after the other before the task is failed and waits for a person. */
const MAX_FAILURES = 10;

export interface Finished {
	readonly step: MachineStep;
	readonly outcome: Outcome;
	readonly spec: PackageSpec;
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
			const { method, bytes, durationMs } = outcome;
			return enter(task, "staged", at, { delivery: { method, bytes, durationMs } });
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

function afterFacts(task: Task, facts: PackageFacts, finished: Finished): Task {
	const { spec, at } = finished;
	const answer = verdict(spec.detection, facts.observations);
	if (facts.job.kind === "running") return follow(task, at);
	if (answer === "verified") return enter(task, "verified", at);
	if (answer === "unknown") return tryLater(task, unreadable(facts), at);
	if (task.phase === "exited") return fail(task, notDetected(spec), at);
	switch (facts.job.kind) {
		case "none":
			return enter(task, facts.isStaged ? "staged" : "absent", at);
		case "lost":
			return tryLater(nextAttempt(task, facts.isStaged ? "staged" : "absent", at), interrupted(spec), at);
		case "exited":
			return follow(task, at);
	}
}

/** Following also adopts a job that has ended: its whole result, with what it printed. */
function follow(task: Task, at: number): Task {
	return { ...enter(task, "running", at), startedAt: task.startedAt ?? at };
}

function afterExit(task: Task, exitCode: number, { spec, at }: Finished): Task {
	const ended = { ...task, exitCode };
	switch (classifyExit(spec.returnCodes, exitCode)) {
		case "success":
			return enter(ended, "exited", at);
		case "retry":
			return tryLater(nextAttempt(ended, "staged", at), busy(spec, exitCode), at);
		case "failed":
			return fail(ended, { code: "FS-INSTALL-EXIT", detail: `${spec.name}: the installer exited ${exitCode}` }, at);
	}
}

function afterFailure(task: Task, failure: Failure, { at }: Finished): Task {
	if (isLossOfContact(failure.code)) return afterLossOfContact(task, at);
	switch (failure.code) {
		case "FS-INSTALL-BUSY":
			return tryLater(nextAttempt(task, "staged", at), failure, at);
		case "FS-INSTALL-DIGEST":
		case "FS-INSTALL-TIMEOUT":
		case "FS-DELIVER-TOOL":
			return fail(task, failure, at);
		default:
			return tryLater(
				task.phase === "staged" || task.phase === "running" ? { ...task, phase: "unread" } : task,
				failure,
				at,
			);
	}
}

/** Progress: the count of failures starts anew. */
function enter(task: Task, phase: Task["phase"], at: number, more: Partial<Task> = {}): Task {
	const { failure: _failure, startedAt: _startedAt, ...kept } = task;
	return { ...kept, phase, failures: 0, at, ...more };
}

/** A new attempt has a new key on the machine, which is what permits to run the installer again. */
function nextAttempt(task: Task, phase: Task["phase"], at: number): Task {
	const { startedAt: _startedAt, ...kept } = task;
	return { ...kept, phase, attempt: task.attempt + 1, at };
}

function tryLater(task: Task, failure: Failure, at: number): Task {
	const later = { ...task, failures: task.failures + 1, failure, at };
	return later.failures >= MAX_FAILURES ? fail(later, failure, at) : later;
}

function fail(task: Task, failure: Failure, at: number): Task {
	const { startedAt: _startedAt, ...kept } = task;
	return { ...kept, phase: "failed", failure, at };
}

function notDetected(spec: PackageSpec): Failure {
	const detail = `${spec.name} ${spec.version}: the installer said success, detection does not find it`;
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

function unreadable(facts: PackageFacts): Failure {
	const saw = facts.observations.find((observation) => observation.type === "unreadable");
	return { code: "FS-DETECT-FAILED", detail: saw?.type === "unreadable" ? saw.detail : "detection gave no answer" };
}
