import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { PackageFacts } from "../../src/model/facts.ts";
import type { Fleet, Task } from "../../src/model/fleet.ts";
import type { MachineStep, MachineStepKind } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { fleetOf, type Given, ROLLOUT, SHA } from "./fleet-of.ts";

const AT = Date.parse("2026-11-23T10:00:00Z");
const ABSENT: PackageFacts = {
	observations: [{ type: "package", version: null }],
	job: { kind: "none" },
	isStaged: false,
};
const THERE: PackageFacts = { ...ABSENT, observations: [{ type: "package", version: "2" }] };

/** Starts and finishes one step on machine `a`; answers with the task after it. */
function after(task: Partial<Task>, kind: MachineStepKind, outcome: Outcome, given: Given = {}): Task {
	const { fleet, step } = inFlight(task, kind, given);
	return taskOf(applyEvent(fleet, { kind: "StepFinished", step, outcome, at: AT }));
}

function inFlight(task: Partial<Task>, kind: MachineStepKind, given: Given = {}): { fleet: Fleet; step: MachineStep } {
	const step = { kind, machine: "a", rollout: ROLLOUT, package: "app", attempt: task.attempt ?? 1 };
	const fleet = fleetOf({ machines: { a: null }, rollout: { tasks: { a: task } }, ...given });
	return { fleet: applyEvent(fleet, { kind: "StepStarted", step, at: AT - 1 }), step };
}

function taskOf(fleet: Fleet): Task {
	const task = fleet.rollouts.get("office")?.progress.get("a")?.get("app");
	assert.ok(task);
	return task;
}

const failed = (code: "FS-SSH-LOST" | "FS-SSH-TIMEOUT" | "FS-INSTALL-DIGEST" | "FS-DELIVER-STALLED"): Outcome => ({
	kind: "failed",
	failure: { code, detail: "x" },
});

test("facts decide: verified, or deliver, or install what is staged already", () => {
	assert.equal(after({}, "inspect", { kind: "inspected", facts: THERE }).phase, "verified");
	assert.equal(after({}, "inspect", { kind: "inspected", facts: ABSENT }).phase, "absent");
	assert.equal(after({}, "inspect", { kind: "inspected", facts: { ...ABSENT, isStaged: true } }).phase, "staged");
});

test("exit code 0 is not proof: what detection does not find has failed", () => {
	const exited = after({ phase: "staged" }, "install", { kind: "exited", exitCode: 0 });
	assert.equal(exited.phase, "exited");
	const task = after({ ...exited }, "inspect", {
		kind: "inspected",
		facts: { ...ABSENT, job: { kind: "exited", exitCode: 0 } },
	});
	assert.equal(task.phase, "failed");
	assert.equal(task.failure?.code, "FS-INSTALL-NOT-DETECTED");
});

test("an exit code outside the policy's lists is a failure that keeps its code", () => {
	const task = after({ phase: "staged" }, "install", { kind: "exited", exitCode: 100 });
	assert.deepEqual([task.phase, task.exitCode, task.failure?.code], ["failed", 100, "FS-INSTALL-EXIT"]);
});

test("an exit code that asks for a later try leads to a new attempt, since a machine never runs one twice", () => {
	const task = after({ phase: "staged" }, "install", { kind: "exited", exitCode: 75 });
	assert.deepEqual([task.phase, task.attempt, task.failures], ["staged", 2, 1]);
});

test("after a lost connection the facts are read, and the attempt stays the same", () => {
	const task = after({ phase: "staged" }, "install", failed("FS-SSH-LOST"));
	assert.deepEqual([task.phase, task.attempt, task.failures], ["unread", 1, 0]);
	assert.equal(task.startedAt, AT - 1, "the install may still be running");
});

test("after a crash every step that reaches the machine is answered by reading the facts", () => {
	for (const [kind, phase] of [
		["install", "staged"],
		["deliver", "absent"],
		["follow", "running"],
	] as const) {
		const { fleet, step } = inFlight({ phase }, kind);
		const task = taskOf(applyEvent(fleet, { kind: "StepInterrupted", step, at: AT }));
		assert.deepEqual([task.phase, task.attempt], ["unread", 1], kind);
	}
});

test("facts after a crash: a job that runs or has ended is followed, one that never began is begun", () => {
	const facts = (job: PackageFacts["job"]): Outcome => ({
		kind: "inspected",
		facts: { ...ABSENT, isStaged: true, job },
	});
	assert.equal(after({}, "inspect", facts({ kind: "running" })).phase, "running");
	assert.equal(after({}, "inspect", facts({ kind: "exited", exitCode: 1 })).phase, "running");
	const begun = after({}, "inspect", facts({ kind: "none" }));
	assert.deepEqual([begun.phase, begun.attempt], ["staged", 1]);
	const lost = after({}, "inspect", facts({ kind: "lost" }));
	assert.deepEqual([lost.phase, lost.attempt], ["staged", 2], "a restart cut the job: a new attempt");
});

test("a staged file that is not the package fails the machine", () => {
	const task = after({ phase: "staged" }, "install", failed("FS-INSTALL-DIGEST"));
	assert.deepEqual([task.phase, task.failure?.code], ["failed", "FS-INSTALL-DIGEST"]);
});

test("a delivery that keeps failing is failed in the end and not tried for ever", () => {
	let task: Task | Partial<Task> = { phase: "absent" };
	for (let tries = 0; tries < 10; tries += 1) task = after(task, "deliver", failed("FS-DELIVER-STALLED"));
	assert.equal(task.phase, "failed");
});

test("unreachable is not failed: the task waits and only the machine's presence changes", () => {
	const { fleet, step } = inFlight({ phase: "absent" }, "deliver");
	const next = applyEvent(fleet, { kind: "StepFinished", step, outcome: failed("FS-SSH-TIMEOUT"), at: AT });
	assert.deepEqual([taskOf(next).phase, taskOf(next).failures], ["unread", 0]);
	assert.equal(next.machines.get("a")?.presence.kind, "unreachable");
});

test("an install that never reached its machine holds no slot; one that was cut off does, since it may be running", () => {
	const refused = after({ phase: "staged" }, "install", failed("FS-SSH-TIMEOUT"));
	assert.deepEqual([refused.phase, refused.startedAt], ["unread", undefined]);
	const cut = after({ phase: "staged" }, "install", failed("FS-SSH-LOST"));
	assert.deepEqual([cut.phase, cut.startedAt], ["unread", AT - 1]);
	const followed = after({ phase: "running", startedAt: AT - 9 }, "follow", failed("FS-SSH-TIMEOUT"));
	assert.deepEqual([followed.phase, followed.startedAt], ["unread", AT - 9]);
});

test("a machine that announces itself again is present at once, unless only a person can mend what is wrong", () => {
	const seen: Event = {
		kind: "MachineSeen",
		machine: "a",
		address: "10.0.0.1",
		port: 22,
		source: "mdns",
		groups: [],
		labels: {},
		at: AT,
	};
	const presenceAfter = (code: "FS-SSH-TIMEOUT" | "FS-SSH-AUTH") => {
		const presence = {
			kind: "unreachable" as const,
			failures: 4,
			at: AT - 9,
			since: AT - 9,
			failure: { code, detail: "x" },
		};
		return applyEvent(fleetOf({ machines: { a: { presence } } }), seen).machines.get("a")?.presence.kind;
	};
	assert.equal(presenceAfter("FS-SSH-TIMEOUT"), "present");
	assert.equal(presenceAfter("FS-SSH-AUTH"), "unreachable");
});

test("a changed host key quarantines the machine, and approving the new one brings it back", () => {
	const { fleet, step } = inFlight({ phase: "absent" }, "deliver");
	const saw = { type: "ssh-ed25519", fingerprint: "SHA256:wrong" };
	const outcome: Outcome = { kind: "failed", failure: { code: "FS-SSH-HOSTKEY", detail: "x" }, sawHostKey: saw };
	const quarantined = applyEvent(fleet, { kind: "StepFinished", step, outcome, at: AT });
	const trust = quarantined.machines.get("a")?.trust;
	assert.ok(trust?.kind === "quarantined" && "saw" in trust);
	assert.deepEqual(trust.saw, saw);
	const approved = applyEvent(quarantined, {
		kind: "MachineApproved",
		machine: "a",
		hostKeys: [saw],
		by: "eve",
		at: AT,
	});
	assert.equal(approved.machines.get("a")?.trust.kind, "approved");
});

test("the network never moves a machine that the inventory has placed", () => {
	const at = (source: "mdns" | "inventory", address: string): Event => ({
		kind: "MachineSeen",
		machine: "a",
		address,
		port: 22,
		source,
		groups: [],
		labels: {},
		at: AT,
	});
	const placed = applyEvent(fleetOf({}), at("inventory", "10.0.0.7"));
	assert.equal(applyEvent(placed, at("mdns", "10.6.6.6")).machines.get("a")?.address, "10.0.0.7");
});

test("late, stale and duplicate events return the very same fleet", () => {
	const { fleet, step } = inFlight({ phase: "staged", attempt: 2 }, "install");
	const finished: Event = { kind: "StepFinished", step, outcome: { kind: "exited", exitCode: 0 }, at: AT };
	const done = applyEvent(fleet, finished);
	const stale: Event = { ...finished, step: { ...step, attempt: 1 } };
	const events: Event[] = [
		finished,
		{ kind: "StepInterrupted", step, at: AT },
		{ kind: "Resumed", policy: null, by: "eve", at: AT },
		{ kind: "MachineLost", machine: "nobody", reason: "goodbye", at: AT },
		{ kind: "MachineApproved", machine: "nobody", hostKeys: [], by: "eve", at: AT },
		{ kind: "RetryRequested", machine: "nobody", by: "eve", at: AT },
		{ kind: "PolicyRemoved", policy: "nothing", at: AT },
		{ kind: "PackageLost", sha256: "0".repeat(64), at: AT },
	];
	for (const event of events) assert.equal(applyEvent(done, event), done, event.kind);
	assert.equal(applyEvent(fleet, stale), fleet, "an outcome of an earlier attempt");
});

test("a retry gives a failed task a new attempt and takes the back-off from a waiting one", () => {
	const retry: Event = { kind: "RetryRequested", machine: "a", by: "eve", at: AT };
	const again = (task: Partial<Task>) =>
		taskOf(applyEvent(fleetOf({ machines: { a: null }, rollout: { tasks: { a: task } } }), retry));
	const failedTask = again({ phase: "failed", attempt: 1, failures: 3 });
	assert.deepEqual([failedTask.phase, failedTask.attempt, failedTask.failures], ["unread", 2, 0]);
	assert.deepEqual(
		[again({ phase: "absent", failures: 3 }).phase, again({ phase: "absent", failures: 3 }).failures],
		["absent", 0],
	);
	assert.equal(again({ phase: "verified" }).phase, "verified");
});

test("applying the same revision again does not start it again", () => {
	const fleet = fleetOf({});
	const applied = fleet.policies.get("office");
	assert.ok(applied);
	assert.equal(
		applyEvent(fleet, { kind: "PolicyApplied", policy: applied.policy, source: "office.yaml", at: AT }),
		fleet,
	);
});

test("a download that fails again and again is told since its first failure, and anew once it was there", () => {
	const sha256 = SHA;
	const down: Outcome = { kind: "failed", failure: { code: "FS-ACQUIRE-NETWORK", detail: "x" } };
	const held: Outcome = { kind: "acquired", sizeBytes: 1, originBytes: 1, source: "origin" };
	const tried = (fleet: Fleet, outcome: Outcome, { attempt, at }: { attempt: number; at: number }) => {
		const step = { kind: "acquire" as const, sha256, attempt };
		const begun = applyEvent(fleet, { kind: "StepStarted", step, at });
		return applyEvent(begun, { kind: "StepFinished", step, outcome, at: at + 5 });
	};
	const stateOf = (fleet: Fleet) => fleet.packages.get(sha256);
	const once = tried(fleetOf({ package_state: null }), down, { attempt: 1, at: AT });
	const twice = tried(once, down, { attempt: 2, at: AT + 60_000 });
	const failed = { kind: "retrying", failure: { code: "FS-ACQUIRE-NETWORK", detail: "x" }, since: AT + 5 };
	assert.deepEqual(stateOf(once), { ...failed, failures: 1, at: AT + 5 });
	assert.deepEqual(stateOf(twice), { ...failed, failures: 2, at: AT + 60_005 });
	const again = tried(tried(twice, held, { attempt: 3, at: AT + 70_000 }), down, { attempt: 1, at: AT + 80_000 });
	assert.deepEqual(stateOf(again), { ...failed, failures: 1, since: AT + 80_005, at: AT + 80_005 });
});
