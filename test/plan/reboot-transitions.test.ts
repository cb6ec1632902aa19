import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../../src/model/event.ts";
import type { AppliedPolicy, Fleet } from "../../src/model/fleet.ts";
import { FACTS, fleetOf, type Given, policyOf } from "./fleet-of.ts";
import { AT, after, done, INSTALLED, MINUTE, rebootIn, rebooting, rebootStep, rolloutIn, step } from "./transition.ts";

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

test("the boot that must end is the one in which the installer did, and a machine that was seen in another one since has ended it", () => {
	const facts = (bootId: string, at: number, isRebootNeeded = false) => ({ ...FACTS, bootId, at, isRebootNeeded });
	const heard = (read: ReturnType<typeof facts>, bootId?: string) => {
		const given = { ...rebooting("if_needed"), machines: { a: { facts: read } } };
		const fleet = fleetOf({ ...given, rollout: { tasks: { a: { phase: "running", at: AT - MINUTE } } } });
		const outcome = { kind: "exited", exitCode: 1641, ...(bootId === undefined ? {} : { bootId }) } as const;
		const { phase, bootId: mustEnd } = rebootIn(done(fleet, step("follow"), outcome)) ?? {};
		return [phase, mustEnd];
	};
	assert.deepEqual(heard(facts("boot-1", AT - MINUTE), "boot-1"), ["due", "boot-1"]);
	assert.deepEqual(heard(facts("boot-2", AT - MINUTE), "boot-1"), ["done", "boot-1"], "it has restarted by itself");
	assert.deepEqual(heard(facts("boot-2", AT - MINUTE, true), "boot-1"), ["due", "boot-2"], "it asks for one still");
	assert.deepEqual(heard(facts("boot-0", AT - 2 * MINUTE), "boot-1"), ["due", "boot-1"], "read before the job began");
	assert.deepEqual(heard(facts("boot-2", AT - MINUTE)), ["due", ""], "as journals of before have it");
});

test("a reboot that is due becomes more urgent by a later installer, and is for the boot in which that one ended", () => {
	const given = {
		...rebooting("if_needed"),
		rollout: { tasks: { a: { phase: "running" } }, reboots: { a: { failures: 2 } } },
	};
	const heard = (exitCode: number, bootId?: string) => {
		const outcome = { kind: "exited", exitCode, ...(bootId === undefined ? {} : { bootId }) } as const;
		const {
			isUrgent,
			bootId: mustEnd,
			failures,
			attempt,
		} = rebootIn(done(fleetOf(given as Given), step("install"), outcome)) ?? {};
		return [isUrgent, mustEnd, failures, attempt];
	};
	assert.deepEqual(heard(1641, "boot-2"), [true, "boot-2", 2, 1]);
	assert.deepEqual(heard(3010, "boot-2"), [false, "boot-2", 2, 1]);
	assert.deepEqual(heard(1641), [true, "boot-1", 2, 1]);
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
