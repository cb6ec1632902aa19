import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { AppliedPolicy, Fleet, Reboot, Rollout, Task } from "../../src/model/fleet.ts";
import type { MachineStep, MachineStepKind, RebootStep, Step } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { FACTS, fleetOf, type Given, policyOf, ROLLOUT } from "./fleet-of.ts";

const AT = Date.parse("2026-11-23T10:00:00Z");
const MINUTE = 60_000;

const ref = { machine: "a", rollout: ROLLOUT, package: "app", attempt: 1 };
const INSTALLED: Extract<Outcome, { kind: "inspected" }> = {
	kind: "inspected",
	facts: { observations: [{ type: "package", version: "2" }], job: { kind: "none" }, isStaged: true },
	machine: FACTS,
};
const GONE: Outcome = {
	kind: "inspected",
	facts: { observations: [{ type: "package", version: null }], job: { kind: "none" }, isStaged: true },
};

function step(kind: MachineStepKind, attempt = 1): MachineStep {
	return { kind, ...ref, attempt };
}

function after(fleet: Fleet, ...events: readonly Event[]): Fleet {
	return events.reduce(applyEvent, fleet);
}

/** The fleet after a step was done, a second after it was begun. */
function done(fleet: Fleet, each: Step, outcome: Outcome, at = AT): Fleet {
	return after(
		fleet,
		{ kind: "StepStarted", step: each, at: at - 1000 },
		{ kind: "StepFinished", step: each, outcome, at },
	);
}

function rolloutIn(fleet: Fleet): Rollout {
	const rollout = fleet.rollouts.get("office");
	assert.ok(rollout);
	return rollout;
}

function taskIn(fleet: Fleet): Task | undefined {
	return rolloutIn(fleet).progress.get("a")?.get("app");
}

function rebootIn(fleet: Fleet): Reboot | undefined {
	return rolloutIn(fleet).reboots.get("a");
}

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

const rebooting = (policy: "never" | "if_needed" | "always", codes = {}): Given => ({
	policy: { reboot: { policy } },
	package: { returnCodes: { success: [0], softReboot: [3010], hardReboot: [1641], retry: [], ...codes } },
	machines: { a: { facts: {} } },
	rollout: { tasks: { a: { phase: "running" } } },
});

test("an exit code makes a reboot due, an urgent one when it says so, and none under the policy never", () => {
	const exited = (policy: "never" | "if_needed" | "always", exitCode: number) =>
		rebootIn(done(fleetOf(rebooting(policy)), step("follow"), { kind: "exited", exitCode }));
	assert.equal(exited("if_needed", 0), undefined);
	assert.equal(exited("always", 0)?.phase, "due");
	assert.equal(exited("if_needed", 3010)?.isUrgent, false);
	assert.equal(exited("if_needed", 1641)?.isUrgent, true);
	assert.equal(exited("never", 1641), undefined);
});

test("the boot that must end is the first one that is seen after the install, and another one later has ended it", () => {
	const looked = (fleet: Fleet, bootId: string, isRebootNeeded: boolean, at: number) =>
		done(fleet, step("inspect"), { ...INSTALLED, machine: { ...FACTS, bootId, isRebootNeeded } }, at);
	const exited = done(fleetOf(rebooting("if_needed")), step("follow"), { kind: "exited", exitCode: 3010 });
	assert.equal(rebootIn(exited)?.bootId, "", "facts read before the install may be of an earlier boot");
	const due = looked(exited, "boot-2", true, AT + MINUTE);
	assert.deepEqual([rebootIn(due)?.phase, rebootIn(due)?.bootId], ["due", "boot-2"]);
	const rebootedByOthers = looked(due, "boot-3", false, AT + 2 * MINUTE);
	assert.equal(rebootIn(rebootedByOthers)?.phase, "done", "somebody has restarted it: no second reboot");
	const stillInNeed = looked(due, "boot-3", true, AT + 2 * MINUTE);
	assert.deepEqual([rebootIn(stillInNeed)?.phase, rebootIn(stillInNeed)?.bootId], ["due", "boot-3"]);
});

test("a machine that is asked again after a restart of the daemon keeps its slot while it does not answer", () => {
	const due = fleetOf({ ...rebooting("if_needed"), rollout: { tasks: {}, reboots: { a: {} } } });
	const ask = (fleet: Fleet, at: number) => after(fleet, { kind: "StepStarted", step: rebootStep(due), at });
	const interrupted = after(ask(due, AT), { kind: "StepInterrupted", step: rebootStep(due), at: AT + MINUTE });
	const unanswered = (at: number) =>
		after(ask(interrupted, at - 10_000), {
			...{ kind: "StepFinished", step: rebootStep(due), at },
			outcome: { kind: "failed", failure: { code: "FS-SSH-TIMEOUT", detail: "no answer" } },
		});
	assert.deepEqual(
		[rebootIn(unanswered(AT + 2 * MINUTE))?.phase, rebootIn(unanswered(AT + 2 * MINUTE))?.at],
		["running", AT],
	);
	const late = rebootIn(unanswered(AT + 15 * MINUTE));
	assert.deepEqual([late?.phase, late?.failure?.code], ["failed", "FS-REBOOT-TIMEOUT"]);
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

test("the machine's own word makes a reboot due after an install of ours, and only once for it", () => {
	const needed: Outcome = { ...INSTALLED, machine: { ...FACTS, isRebootNeeded: true } };
	const untouched = fleetOf({ ...rebooting("if_needed"), rollout: { tasks: { a: { phase: "unread" } } } });
	assert.equal(rebootIn(done(untouched, step("inspect"), needed)), undefined, "we have installed nothing");

	const installed = done(fleetOf(rebooting("if_needed")), step("follow"), { kind: "exited", exitCode: 0 });
	const due = done(installed, step("inspect"), needed, AT + MINUTE);
	assert.equal(rebootIn(due)?.phase, "due");
	const rebooted = done(due, rebootStep(due), { kind: "rebooted", bootId: "boot-2" }, AT + 5 * MINUTE);
	assert.equal(rebootIn(rebooted)?.phase, "done");
	const still = done(rebooted, step("inspect"), needed, AT + 6 * MINUTE);
	assert.equal(rebootIn(still)?.phase, "done", "a machine that goes on asking is not rebooted for ever");
});

function rebootStep(fleet: Fleet): RebootStep {
	const { attempt = 1, bootId = "" } = rebootIn(fleet) ?? {};
	const deadline = AT + 15 * MINUTE;
	return {
		kind: "reboot",
		machine: "a",
		rollout: ROLLOUT,
		attempt,
		bootId,
		deadline,
		askUntil: deadline,
		honoursUsers: true,
	};
}

test("a reboot that was not asked for yet is due again; one that failed its test has failed", () => {
	const due = fleetOf({
		...rebooting("if_needed"),
		rollout: { tasks: { a: { phase: "verified", exitCode: 3010 } }, reboots: { a: {} } },
	});
	const ended = (code: "FS-SSH-TIMEOUT" | "FS-REBOOT-USERS" | "FS-REBOOT-TEST") =>
		rebootIn(done(due, rebootStep(due), { kind: "failed", failure: { code, detail: "x" } }));
	assert.equal(ended("FS-SSH-TIMEOUT")?.phase, "due");
	assert.deepEqual([ended("FS-REBOOT-USERS")?.phase, ended("FS-REBOOT-USERS")?.failures], ["due", 1]);
	assert.equal(ended("FS-REBOOT-TEST")?.phase, "failed");
});

test("an interrupted reboot stays under way: the boot id will tell", () => {
	const due = fleetOf({ ...rebooting("if_needed"), rollout: { tasks: {}, reboots: { a: {} } } });
	const started = after(due, { kind: "StepStarted", step: rebootStep(due), at: AT });
	const interrupted = after(started, { kind: "StepInterrupted", step: rebootStep(due), at: AT + MINUTE });
	assert.deepEqual([rebootIn(interrupted)?.phase, rebootIn(interrupted)?.at], ["running", AT]);
	assert.equal(interrupted.running.size, 0);
});

test("a forgotten machine gives back its reboot slot and all that was known of it", () => {
	const fleet = fleetOf({
		...rebooting("if_needed"),
		rollout: {
			tasks: { a: { phase: "verified" } },
			reboots: { a: { phase: "running", at: AT } },
			given_up: { a: "skipped" },
		},
	});
	const { reboots, progress, givenUp } = rolloutIn(
		after(fleet, { kind: "MachineForgotten", machine: "a", by: "eve", at: AT }),
	);
	assert.deepEqual([reboots.size, progress.size, givenUp.size], [0, 0, 0]);
});

test("a person's retry gives a failed reboot a new attempt, and brings back who was given up", () => {
	const fleet = fleetOf({
		...rebooting("if_needed"),
		rollout: {
			tasks: { a: { phase: "verified" } },
			reboots: { a: { phase: "failed", failure: { code: "FS-REBOOT-TIMEOUT", detail: "x" } } },
			given_up: { a: "failed" },
		},
	});
	const retried = after(fleet, { kind: "RetryRequested", machine: "a", by: "eve", at: AT });
	const { phase, attempt, failure } = rebootIn(retried) ?? {};
	assert.deepEqual({ phase, attempt, failure }, { phase: "due", attempt: 2, failure: undefined });
	assert.equal(rolloutIn(retried).givenUp.size, 0);
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

test("an install that ended while nobody listened is followed, so that its exit code is heard, though the package is there", () => {
	const cut: Outcome = { kind: "failed", failure: { code: "FS-SSH-LOST", detail: "cut" } };
	const given: Given = { ...rebooting("if_needed"), rollout: { tasks: { a: { phase: "running", startedAt: AT } } } };
	const lost = done(fleetOf(given), step("install"), cut);
	const job = { kind: "exited", exitCode: 3010 } as const;
	const there: Outcome = { ...INSTALLED, facts: { ...INSTALLED.facts, job } };
	const looked = done(lost, step("inspect"), there, AT + MINUTE);
	assert.equal(rolloutIn(looked).progress.get("a")?.get("app")?.phase, "running");
	const heard = done(looked, step("follow"), { kind: "exited", exitCode: 3010 }, AT + MINUTE);
	assert.equal(rebootIn(heard)?.phase, "due");
});

test("a reboot that is still due goes over into the next run, unless that reboots nothing", () => {
	const next = (policy: "never" | "if_needed") => {
		const { policies, ...fleet } = fleetOf({ ...rebooting("if_needed"), rollout: { reboots: { a: {} } } });
		const revised = policyOf({ policy: { revision: "r2", reboot: { policy } } });
		const begin = { kind: "begin", rollout: "office@r2/run", policy: "office", revision: "r2", run: AT } as const;
		const applied = { ...policies.get("office"), policy: revised } as AppliedPolicy;
		const before = { ...fleet, policies: new Map([["office", applied]]) };
		return rebootIn(done(before, begin, { kind: "recorded" }))?.phase;
	};
	assert.deepEqual([next("if_needed"), next("never")], ["due", undefined]);
});
