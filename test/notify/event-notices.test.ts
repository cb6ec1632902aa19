import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import { eventNotices } from "../../src/notify/event-notices.ts";
import { standingNotices } from "../../src/notify/standing-notices.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { decide } from "../../src/plan/decide.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const AT = Date.parse("2026-03-02T03:00:00Z");
const KEY = { type: "ssh-ed25519", fingerprint: `SHA256:${"x".repeat(43)}` };

const running = fleetOf({
	policy: { name: "office" },
	machines: { "mill-01": {}, "mill-02": {} },
	rollout: { tasks: { "mill-01": { phase: "running" }, "mill-02": { phase: "verified" } } },
});
const rollout = running.rollouts.get("office")?.id ?? "";
const install = { kind: "install", machine: "mill-01", rollout, package: "app", attempt: 1 } as const;

/** What is told of an event that happens to the fleet; "kind summary". */
function told(fleet: Fleet, event: Event): readonly string[] {
	const before = "step" in event ? applyEvent(fleet, { kind: "StepStarted", step: event.step, at: AT }) : fleet;
	const after = applyEvent(before, event);
	return eventNotices({ seq: 7, event, before, after }).map(({ kind, summary }) => `${kind} ${summary}`);
}

function seen(machine: string, source: "mdns" | "inventory" = "mdns"): Event {
	return { kind: "MachineSeen", machine, address: "10.0.0.9", port: 22, source, groups: [], labels: {}, at: AT };
}

const begun = fleetOf({ policy: { name: "office" }, machines: { "mill-01": {} } });
const revision = begun.policies.get("office")?.policy.revision ?? "";
const begin = { kind: "begin", rollout: "office@r/1", policy: "office", revision, run: AT } as const;
const miss = { kind: "miss", policy: "office", revision, run: AT } as const;
const failed = (code: "FS-SSH-HOSTKEY" | "FS-INSTALL-HOOK", detail: string) =>
	({ kind: "failed", failure: { code, detail } }) as const;

const CASES: readonly (readonly [string, Fleet, Event, readonly string[]])[] = [
	[
		"a run that begins",
		begun,
		{ kind: "StepFinished", step: begin, outcome: { kind: "recorded" }, at: AT },
		[`rollout_started office: a run of revision ${revision.slice(0, 8)} begins`],
	],
	[
		"a run that was missed",
		begun,
		{ kind: "StepFinished", step: miss, outcome: { kind: "recorded" }, at: AT },
		["run_missed office: the run of 2026-03-02T03:00:00.000Z was missed and is not made up"],
	],
	[
		"a pause of everything",
		running,
		{ kind: "Paused", policy: null, by: "eve", reason: "lunch", at: AT },
		["paused everything is paused by eve: lunch"],
	],
	[
		"an abort for which nobody gave a reason",
		running,
		{ kind: "RolloutAborted", policy: "office", by: "eve", reason: "", at: AT },
		["failed office: the run was aborted by eve"],
	],
	["a resumption, which nobody is told of", running, { kind: "Resumed", policy: null, by: "eve", at: AT }, []],
	[
		"an abort",
		running,
		{ kind: "RolloutAborted", policy: "office", by: "eve", reason: "wrong", at: AT },
		["failed office: the run was aborted by eve: wrong"],
	],
	[
		"a run that ends before its end",
		running,
		{
			kind: "StepFinished",
			step: { kind: "halt", rollout, why: "3 of 4 failed" },
			outcome: { kind: "recorded" },
			at: AT,
		},
		["failed office: the run ended before its end: 3 of 4 failed"],
	],
	[
		"a machine that is new",
		running,
		seen("saw-01"),
		["machine_discovered saw-01 was found at 10.0.0.9 and waits for approval"],
	],
	["a machine that is known", running, seen("mill-01"), []],
	["a machine that the inventory names", running, seen("saw-01", "inventory"), []],
	[
		"another host key",
		running,
		{
			kind: "StepFinished",
			step: install,
			outcome: { ...failed("FS-SSH-HOSTKEY", "changed"), sawHostKey: KEY },
			at: AT,
		},
		[
			`host_key_changed mill-01 shows another SSH host key, ssh-ed25519 ${KEY.fingerprint}: nothing is done on it any more`,
		],
	],
	[
		"an install that failed for good, in what the machine said without what could fool a reader",
		running,
		{ kind: "StepFinished", step: install, outcome: failed("FS-INSTALL-HOOK", "mill-01: no\u001b[2J {{x}}\n"), at: AT },
		["failed office: app failed on mill-01: no\\u{1b}[2J {{x}}\\n (FS-INSTALL-HOOK)"],
	],
];

for (const [what, before, event, expected] of CASES)
	test(`notices of an event: ${what}`, () => assert.deepEqual(told(before, event), expected));

test("a notice has the number of its event as its id, and when it happened", () => {
	const event: Event = { kind: "Paused", policy: "office", by: "eve", reason: "lunch", at: AT };
	const [notice] = eventNotices({ seq: 7, event, before: running, after: applyEvent(running, event) });
	assert.deepEqual(notice, {
		id: "event-7",
		kind: "paused",
		at: "2026-03-02T03:00:00.000Z",
		policy: "office",
		rollout: null,
		machine: null,
		summary: "office is paused by eve: lunch",
	});
});

function standing(fleet: Fleet): readonly string[] {
	const policies = [...fleet.policies.values()].map(({ policy }) => policy);
	const { held } = decide(fleet, policies, AT, { deliveries: 8, sessions: 8 });
	return standingNotices(fleet, held, AT).map(({ kind, summary }) => `${kind} ${summary}`);
}

const withTasks = (first: "verified" | "failed" | "staged", second: "verified" | "failed") =>
	fleetOf({
		policy: { name: "office" },
		machines: { "mill-01": {}, "mill-02": {} },
		rollout: { tasks: { "mill-01": { phase: first }, "mill-02": { phase: second } } },
	});

test("a rollout's end is told when its last machine has come to one, and how", () => {
	assert.deepEqual(standing(withTasks("staged", "verified")), []);
	assert.deepEqual(standing(withTasks("verified", "verified")), [
		"rollout_succeeded office: 2 of 2 installed and verified",
	]);
	assert.deepEqual(standing(withTasks("failed", "verified")), [
		"failed office: 1 of 2 installed and verified, 1 failed",
	]);
});

test("a rollout that brakes by itself is told as paused, once for all machines that wait for it, and no more when it goes on", () => {
	const failure = { code: "FS-INSTALL-EXIT", detail: "exited 1" } as const;
	const braking = (first: "failed" | "verified") =>
		fleetOf({
			policy: {
				name: "office",
				rollout: { maxConcurrency: { kind: "absolute", value: 10 }, maxErrors: 0, minExecuted: 1 },
			},
			machines: { "mill-01": {}, "mill-02": {}, "mill-03": {} },
			rollout: {
				tasks: {
					"mill-01": { phase: first, exitCode: 1, failure },
					"mill-02": { phase: "staged" },
					"mill-03": { phase: "staged" },
				},
			},
		});
	assert.deepEqual(standing(braking("failed")), [
		"paused office: nothing new starts: stopped: 1 of 1 started machines failed, max_errors is 0; mend the cause and retry them",
	]);
	assert.deepEqual(standing(braking("verified")), []);
});
