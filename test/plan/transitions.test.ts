import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { Observation } from "../../src/model/facts.ts";
import type { Step } from "../../src/model/step.ts";
import { wasInstalled } from "../../src/plan/task.ts";
import { fleetOf, type Given } from "./fleet-of.ts";
import { AT, after, done, GONE, INSTALLED, MINUTE, rebooting, rolloutIn, step, taskIn } from "./transition.ts";

const failing: Given = {
	policy: { retries: { max: 2, delayMs: 10 * MINUTE, on: ["failed"] } },
	machines: { a: {} },
	rollout: { tasks: { a: { phase: "running" } } },
};

test("a failed install is tried again by itself after a delay that doubles, as often as the policy says", () => {
	const once = done(fleetOf(failing), step("follow"), { kind: "exited", exitCode: 1 });
	const { phase, attempt, retries, notBefore = 0 } = taskIn(once) ?? {};
	assert.deepEqual({ phase, attempt, retries }, { phase: "unread", attempt: 2, retries: 1 });
	assert.ok(notBefore >= AT + 10 * MINUTE && notBefore <= AT + 12.5 * MINUTE, "the delay and up to a quarter more");

	const again = fleetOf({ ...failing, rollout: { tasks: { a: { phase: "running", attempt: 2, retries: 1 } } } });
	const twice = taskIn(done(again, step("follow", 2), { kind: "exited", exitCode: 1 }));
	assert.equal(twice?.attempt, 3);
	assert.ok((twice?.notBefore ?? 0) >= AT + 20 * MINUTE, "doubled");

	const last = fleetOf({ ...failing, rollout: { tasks: { a: { phase: "running", attempt: 3, retries: 2 } } } });
	assert.equal(taskIn(done(last, step("follow", 3), { kind: "exited", exitCode: 1 }))?.phase, "failed");
});

test("with backoff fixed every retry waits equally long", () => {
	const fixed: Given = { ...failing, policy: { retries: { ...failing.policy?.retries, backoff: "fixed" } } };
	for (const used of [0, 1]) {
		const task = { phase: "running", attempt: used + 1, retries: used } as const;
		const fleet = fleetOf({ ...fixed, rollout: { tasks: { a: task } } });
		const { notBefore = 0 } = taskIn(done(fleet, step("follow", used + 1), { kind: "exited", exitCode: 1 })) ?? {};
		assert.ok(notBefore >= AT + 10 * MINUTE && notBefore <= AT + 12.5 * MINUTE, `after ${used}: ${notBefore - AT} ms`);
	}
});

test("each cause is tried again when the policy names it, and only then", () => {
	const timeout: Outcome = { kind: "failed", failure: { code: "FS-INSTALL-TIMEOUT", detail: "x" } };
	const ended = { failed: { kind: "exited", exitCode: 1 }, timed_out: timeout, not_detected: GONE } as const;
	for (const cause of ["failed", "timed_out", "not_detected"] as const)
		for (const named of ["failed", "timed_out", "not_detected"] as const) {
			const phase = cause === "not_detected" ? "exited" : "running";
			const policy = { retries: { ...failing.policy?.retries, on: [named] } };
			const fleet = fleetOf({ ...failing, policy, rollout: { tasks: { a: { phase } } } });
			const task = taskIn(done(fleet, step(phase === "exited" ? "inspect" : "follow"), ended[cause]));
			assert.deepEqual(
				[task?.phase, task?.attempt],
				cause === named ? ["unread", 2] : ["failed", 1],
				`${cause}, ${named}`,
			);
		}
});

test("a wrong digest and causes that the policy does not name are never tried again", () => {
	const digest = { kind: "failed" as const, failure: { code: "FS-INSTALL-DIGEST" as const, detail: "x" } };
	assert.equal(taskIn(done(fleetOf(failing), step("follow"), digest))?.phase, "failed");
	const timeout = { kind: "failed" as const, failure: { code: "FS-INSTALL-TIMEOUT" as const, detail: "x" } };
	assert.equal(taskIn(done(fleetOf(failing), step("follow"), timeout))?.phase, "failed");
});

test("what was verified and is gone when it is looked at again has failed", () => {
	const fleet = fleetOf({ machines: { a: {} }, rollout: { tasks: { a: { phase: "verified", at: AT - MINUTE } } } });
	const task = taskIn(done(fleet, step("inspect"), GONE));
	assert.equal(task?.phase, "failed");
	assert.equal(task?.failure?.code, "FS-INSTALL-UNDONE");
	assert.equal(taskIn(done(fleet, step("inspect"), INSTALLED))?.at, AT, "and what holds has a new time");
});

test("a verified package that cannot be read keeps its time and is asked again later, not at once", () => {
	const fleet = fleetOf({ machines: { a: {} }, rollout: { tasks: { a: { phase: "verified", at: AT - MINUTE } } } });
	const unreadable: Outcome = {
		kind: "inspected",
		facts: { observations: [{ type: "unreadable", detail: "x" }], job: { kind: "none" }, isStaged: true },
	};
	const task = taskIn(done(fleet, step("inspect"), unreadable));
	assert.equal(task?.phase, "verified");
	assert.equal(task?.at, AT - MINUTE);
	assert.ok((task?.notBefore ?? 0) > AT);
});

test("a machine that is approved with another key is looked at again from the start; with the same key nothing changes", () => {
	const approved = (fingerprint: string) => {
		const fleet = fleetOf({
			...rebooting("if_needed"),
			rollout: {
				tasks: { a: { phase: "failed", attempt: 2, retries: 1, failures: 3, startedAt: AT } },
				reboots: { a: { phase: "due" } },
				given_up: { a: "failed" },
			},
		});
		const hostKeys = [{ type: "ssh-ed25519", fingerprint }];
		return after(fleet, { kind: "MachineApproved", machine: "a", hostKeys, by: "eve", at: AT + MINUTE });
	};
	const another = approved("SHA256:another");
	const { progress, reboots, givenUp } = rolloutIn(another);
	const anew = { phase: "unread", attempt: 2, failures: 0, at: AT + MINUTE, startedAt: AT };
	assert.deepEqual(progress.get("a")?.get("app"), anew, "its attempt and its slot stay");
	assert.deepEqual([reboots.size, givenUp.size, another.machines.get("a")?.facts], [0, 0, undefined]);
	const same = rolloutIn(approved("SHA256:right"));
	assert.deepEqual([same.progress.get("a")?.get("app")?.phase, same.reboots.size], ["failed", 1]);
});

test("a full disk is no failed install: it is tried ever more rarely, for as long as it takes", () => {
	const full: Outcome = { kind: "failed", failure: { code: "FS-DELIVER-DISK", detail: "no space left" } };
	let fleet = fleetOf({ ...rebooting("never"), rollout: { tasks: { a: { phase: "absent" } } } });
	for (let tries = 0; tries < 30; tries += 1) fleet = done(fleet, step("deliver"), full, AT + tries * MINUTE);
	const task = rolloutIn(fleet).progress.get("a")?.get("app");
	assert.deepEqual([task?.phase, task?.failures, task?.notBefore], ["absent", 30, AT + 29 * MINUTE + 60 * MINUTE]);
});

test("a policy's retry reaches its failed and waiting machines, and lifts an abort only when asked", () => {
	const fleet = fleetOf({
		machines: { a: {}, b: { presence: { kind: "silent", at: AT } }, c: {} },
		rollout: {
			halt: { by: "eve", why: "", at: AT },
			tasks: {
				a: { phase: "failed", failure: { code: "FS-INSTALL-EXIT", detail: "x" } },
				b: { phase: "absent", failures: 3 },
				c: { phase: "verified" },
			},
		},
	});
	const retry = (...only: ("failed" | "waiting" | "not_started")[]) =>
		after(fleet, { kind: "PolicyRetryRequested", policy: "office", only, by: "eve", at: AT });
	const failed = retry("failed");
	assert.equal(rolloutIn(failed).progress.get("a")?.get("app")?.attempt, 2);
	assert.equal(rolloutIn(failed).progress.get("b")?.get("app")?.failures, 3);
	assert.ok(rolloutIn(failed).halt);
	assert.equal(retry("waiting").machines.get("b")?.presence.kind, "present");
	assert.equal(rolloutIn(retry("not_started")).halt, undefined);
	assert.equal(rolloutIn(retry("failed", "waiting")).progress.get("c")?.get("app")?.phase, "verified");
});

test("pauses of a policy and of everything are kept apart, and a new revision stays paused", () => {
	const fleet = fleetOf({ machines: { a: {} }, rollout: {} });
	const paused = after(fleet, { kind: "Paused", policy: "office", by: "eve", reason: "x", at: AT });
	assert.equal(paused.pause, null);
	assert.equal(paused.policies.get("office")?.pause?.by, "eve");
	assert.equal(after(paused, { kind: "Resumed", policy: null, by: "eve", at: AT }), paused);
	const policy = { ...rolloutIn(fleet).policy, revision: "r2" };
	const revised = after(paused, { kind: "PolicyApplied", policy, source: "office.yaml", at: AT });
	assert.equal(revised.policies.get("office")?.pause?.by, "eve");
	const resumed = after(revised, { kind: "Resumed", policy: "office", by: "eve", at: AT + 1 });
	assert.equal(resumed.policies.get("office")?.pause, null);
	assert.equal(rolloutIn(resumed).steeredAt, AT + 1, "the pause was nobody's lack of progress");
});

test("one person approves once, only the revision in force, and a new revision begins at none", () => {
	const fleet = fleetOf({ policy: { approval: { required: 2, approvers: [] } }, machines: { a: {} } });
	const approve = (revision: string, by: string): Event => ({
		kind: "PolicyApproved",
		policy: "office",
		revision,
		by,
		at: AT,
	});
	const approved = after(fleet, approve("r1", "eve"), approve("r1", "eve"), approve("r0", "bob"));
	assert.deepEqual(
		approved.policies.get("office")?.approvals.map(({ by }) => by),
		["eve"],
	);
	const known = approved.policies.get("office")?.policy;
	assert.ok(known);
	const revised = after(approved, { kind: "PolicyApplied", policy: { ...known, revision: "r2" }, source: "x", at: AT });
	assert.deepEqual(revised.policies.get("office")?.approvals, []);
});

test("the way back is pinned to the revision before and to the machines that were changed", () => {
	const fleet = fleetOf({
		policy: { revision: "r2", rollout: { onFailure: "rollback" } },
		machines: { a: {}, b: {}, c: {} },
		rollout: {
			id: "office@r2/run",
			previous: { revision: "r1", deadline: AT, rollout: { maxErrors: 0, rings: [{ name: "x" }, { name: "y" }] } },
			tasks: { a: { phase: "failed", exitCode: 1 }, b: { phase: "verified", exitCode: 0 }, c: { phase: "staged" } },
		},
	});
	const begin: Step = {
		kind: "begin",
		rollout: "office@r1/back",
		policy: "office",
		revision: "r1",
		run: AT,
		restores: { rollout: "office@r2/run", why: "two failed" },
	};
	const back = rolloutIn(done(fleet, begin, { kind: "recorded" }));
	assert.deepEqual([...(back.restores?.machines ?? [])], ["a", "b"]);
	assert.equal(back.policy.revision, "r1");
	assert.deepEqual(
		back.policy.rollout.rings.map(({ name }) => name),
		["rollback"],
	);
	assert.equal(back.policy.rollout.maxErrors, undefined, "nothing stops the way back");
	assert.equal(back.policy.deadline, undefined);
	const late = rolloutIn(
		done(fleet, { ...begin, restores: { rollout: "office@r2/another", why: "" } }, { kind: "recorded" }),
	);
	assert.equal(late.id, "office@r2/run", "a way back from another rollout begins nothing");
});

test("a rollout remembers the last other revision that was verified anywhere", () => {
	const begun = (given: Given) => {
		const fleet = fleetOf(given);
		const policy = { ...rolloutIn(fleet).policy, revision: "r3" };
		const begin: Step = { kind: "begin", rollout: "office@r3/run", policy: "office", revision: "r3", run: AT };
		const revised = after(fleet, { kind: "PolicyApplied", policy, source: "x", at: AT });
		return rolloutIn(done(revised, begin, { kind: "recorded" })).previous?.revision;
	};
	const tasks = { a: { phase: "verified" as const } };
	assert.equal(begun({ policy: { revision: "r2" }, machines: { a: {} }, rollout: { tasks } }), "r2");
	const unproven = { previous: { revision: "r1" }, tasks: { a: { phase: "failed" as const } } };
	assert.equal(begun({ policy: { revision: "r2" }, machines: { a: {} }, rollout: unproven }), "r1");
});

test("an approval is a person's hand: the progress deadline counts from it", () => {
	const fleet = fleetOf({
		policy: { approval: { required: 1, approvers: [] } },
		machines: { a: {} },
		rollout: { beganAt: AT - 5 * 3_600_000 },
	});
	const approval: Event = { kind: "PolicyApproved", policy: "office", revision: "r1", by: "eve", at: AT };
	const approved = after(fleet, approval);
	assert.equal(rolloutIn(approved).steeredAt, AT);
	assert.equal(after(approved, { ...approval, at: AT + 1 }), approved, "the same person's second word changes nothing");
});

test("an install has begun where an installer ran, also one that a restart cut off, and not where a delivery was retried", () => {
	const lost: Outcome = {
		kind: "inspected",
		facts: { observations: [{ type: "package", version: null }], job: { kind: "lost" }, isStaged: true },
	};
	const cut = taskIn(
		done(fleetOf({ machines: { a: {} }, rollout: { tasks: { a: { phase: "unread" } } } }), step("inspect"), lost),
	);
	assert.deepEqual([cut?.attempt, cut && wasInstalled(cut)], [2, true]);
	const undelivered = fleetOf({
		machines: { a: {} },
		rollout: { tasks: { a: { phase: "failed", failure: { code: "FS-DELIVER-FAILED", detail: "x" } } } },
	});
	const retried = taskIn(after(undelivered, { kind: "RetryRequested", machine: "a", by: "eve", at: AT }));
	assert.deepEqual([retried?.attempt, retried && wasInstalled(retried)], [2, false]);
});

test("the script of the requirements decides before anything is sent, not on what is there already, and again after a retry", () => {
	const looked = (outcome: Extract<Outcome, { kind: "inspected" }>, requirement: Observation) =>
		done(fleetOf({ machines: { a: {} }, rollout: {} }), step("inspect"), {
			...outcome,
			facts: { ...outcome.facts, requirement },
		});
	const unmet = looked(GONE, { type: "script", exitCode: 3 });
	assert.deepEqual([taskIn(unmet)?.phase, taskIn(unmet)?.unmetExit], ["unread", 3]);
	assert.equal(taskIn(looked(GONE, { type: "script", exitCode: 0 }))?.phase, "staged");
	assert.equal(taskIn(looked(INSTALLED, { type: "script", exitCode: 3 }))?.phase, "verified");
	const unreadable = taskIn(looked(GONE, { type: "unreadable", detail: "took longer than 60 s" }));
	assert.deepEqual([unreadable?.phase, unreadable?.failure?.code], ["unread", "FS-DETECT-FAILED"]);
	const retried = after(unmet, { kind: "RetryRequested", machine: "a", by: "eve", at: AT });
	assert.equal(taskIn(retried)?.unmetExit, undefined);
});

test("the time in which the daemon was away is nobody's lack of progress, and without a progress deadline nothing is noted", () => {
	const started: Event = { kind: "DaemonStarted", at: AT };
	const deadline = { rollout: { progressDeadlineMs: 3_600_000 } };
	const fleet = fleetOf({ policy: deadline, machines: { a: {} }, rollout: { beganAt: AT - 5 * 3_600_000 } });
	assert.equal(rolloutIn(after(fleet, started)).steeredAt, AT);
	const unhurried = fleetOf({ machines: { a: {} }, rollout: {} });
	assert.equal(after(unhurried, started), unhurried);
});

const RETIRED: Given = {
	policy: { packages: [{ state: "absent", sha256: "" }] },
	machines: { a: {} },
	rollout: { tasks: {} },
};

test("to remove a package nothing is delivered: what is found is removed at once, what is not there is verified", () => {
	const fleet = fleetOf(RETIRED);
	assert.equal(taskIn(done(fleet, step("inspect"), INSTALLED))?.phase, "staged");
	assert.equal(taskIn(done(fleet, step("inspect"), GONE))?.phase, "verified");
});

test("a removal that exits well and leaves the package there has failed", () => {
	const exited = fleetOf({ ...RETIRED, rollout: { tasks: { a: { phase: "exited" } } } });
	const task = taskIn(done(exited, step("inspect"), INSTALLED));
	assert.equal(task?.failure?.code, "FS-INSTALL-NOT-DETECTED");
	assert.equal(taskIn(done(exited, step("inspect"), GONE))?.phase, "verified");
});

test("a hook that says later is asked again in a new attempt, however often, and has never failed", () => {
	const later: Outcome = { kind: "failed", failure: { code: "FS-INSTALL-LATER", detail: "x" } };
	const often = fleetOf({
		machines: { a: {} },
		rollout: { tasks: { a: { phase: "staged", attempt: 99, failures: 98 } } },
	});
	const task = taskIn(done(often, step("install", 99), later));
	assert.deepEqual([task?.phase, task?.attempt, task?.failures], ["staged", 100, 99]);
	assert.equal(task?.failure?.code, "FS-INSTALL-LATER");
});

test("a hook that fails is a failure like any other, and a fenced attempt is not tried again by itself", () => {
	const hook: Outcome = { kind: "failed", failure: { code: "FS-INSTALL-HOOK", detail: "x" } };
	assert.equal(taskIn(done(fleetOf(failing), step("follow"), hook))?.attempt, 2, "retries say so");
	const fenced: Outcome = { kind: "failed", failure: { code: "FS-INSTALL-FENCED", detail: "x" } };
	assert.equal(taskIn(done(fleetOf(failing), step("follow"), fenced))?.phase, "failed");
});

test("a list full of runs that were missed while the clock was ahead gives way to what is missed once it is right", () => {
	const ahead = Array.from({ length: 10 }, (_, index) => Date.parse("2027-06-01T00:00:00Z") + index * 1440 * MINUTE);
	const fleet = fleetOf({ applied: { missedRuns: [AT - 2880 * MINUTE, ...ahead.slice(1)] } });
	const missed = { kind: "miss", policy: "office", revision: "r1", run: AT - MINUTE } as const;
	const after = done(fleet, missed, { kind: "recorded" });
	assert.deepEqual(after.policies.get("office")?.missedRuns, [AT - 2880 * MINUTE, AT - MINUTE]);
});
