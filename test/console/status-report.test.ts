import assert from "node:assert/strict";
import { test } from "node:test";
import { renderStatus } from "../../src/console/render.ts";
import { ROLLOUT, SHA } from "../plan/fleet-of.ts";
import { status, viewOf, why } from "./looking.ts";

const NOW = "2026-11-23T12:00:00Z";
const PLAIN = { good: String, bad: String, faint: String, columns: 80 };
const CANARY = { name: "canary", members: { kind: "targets", targets: { machines: ["mill-01"] } } };
const verified = { phase: "verified", at: "2026-11-23T11:00:00Z" };

const stateOf = (report: ReturnType<typeof status>, name: string) =>
	report.machines.find((machine) => machine.name === name);

test("a ring that soaks says until when, and the ring behind it what it waits for", () => {
	const rings = [{ ...CANARY, minHealthyTimeMs: 7_200_000 }, { name: "everyone" }];
	const report = status(
		viewOf(
			{
				policy: { rollout: { rings } },
				machines: { "mill-01": null, "mill-02": null },
				rollout: { tasks: { "mill-01": verified }, soaks: { canary: "2026-11-23T11:00:00Z" } },
			},
			NOW,
		),
	);
	const [canary, everyone] = report.rollouts[0]?.rings ?? [];
	assert.deepEqual(canary?.gate, {
		kind: "soaking",
		sentence: "ring canary must stay healthy until Mon 23 Nov 13:00 UTC",
		until: "2026-11-23T13:00:00.000Z",
	});
	assert.equal(canary?.state, "running");
	assert.deepEqual([everyone?.state, everyone?.gate], ["waiting", null]);
	assert.equal(stateOf(report, "mill-02")?.reason, canary?.gate?.sentence);
});

test("each failure budget is told as what is used of what is allowed", () => {
	const rings = [{ ...CANARY, maxErrors: 1 }, { name: "everyone" }];
	const tasks = {
		"mill-01": { phase: "failed" },
		"mill-02": { phase: "failed" },
		"mill-03": { ...verified, exitCode: 0 },
	};
	const given = {
		policy: { rollout: { rings, maxFailPercentage: 50, minExecuted: 3 } },
		machines: { "mill-01": null, "mill-02": null, "mill-03": null },
		rollout: { tasks, promoted: ["canary"] },
	};
	const rest = { min_executed: 3 };
	assert.deepEqual(status(viewOf(given, NOW)).rollouts[0]?.budgets, [
		{ ring: null, failed: 2, started: 3, max_errors: null, max_fail_percentage: 50, ...rest, is_spent: true },
		{ ring: "canary", failed: 1, started: 1, max_errors: 1, max_fail_percentage: null, ...rest, is_spent: false },
	]);
	assert.deepEqual(
		status(viewOf({ machines: { "mill-01": null }, rollout: { tasks: {} } }, NOW)).rollouts[0]?.budgets,
		[],
	);
});

test("what a policy names and nobody bears is told, so that a slip of the pen is seen", () => {
	const targets = { match: "mill-*", machines: ["mill-01", "mlil-02"], groups: ["ofice"] };
	const rings = [CANARY, { name: "late", members: { kind: "targets", targets: { groups: ["office", "late"] } } }];
	const given = {
		policy: { targets, rollout: { rings } },
		machines: { "mill-01": { groups: ["office"] }, "mill-02": null },
		rollout: { tasks: {} },
	};
	const report = status(viewOf(given, NOW));
	assert.deepEqual(report.rollouts[0]?.absent_names, { machines: ["mlil-02"], groups: ["ofice", "late"] });
	const text = renderStatus(report, PLAIN);
	assert.match(text, /\n {2}named, but neither found nor listed: mlil-02\n/);
	assert.match(text, /\n {2}named, but without a machine: groups ofice, late\n/);
});

test("a ring that waits for a person says so", () => {
	const rings = [{ ...CANARY, promote: "manual" }, { name: "everyone" }];
	const tasks = { "mill-01": verified };
	const given = { policy: { rollout: { rings } }, machines: { "mill-01": null, "mill-02": null }, rollout: { tasks } };
	const [canary] = status(viewOf(given, NOW)).rollouts[0]?.rings ?? [];
	assert.equal(canary?.gate?.kind, "promotion_pending");
	assert.match(canary?.gate?.sentence ?? "", /fleetseed promote office canary/);
});

test("a ring whose installs wait for deliveries says how many hold the packages", () => {
	const given = {
		policy: { rollout: { prestageThreshold: 80 } },
		machines: { "mill-01": null, "mill-02": null, "mill-03": null },
		rollout: { tasks: { "mill-01": { phase: "staged" } } },
	};
	const [ring] = status(viewOf(given, NOW)).rollouts[0]?.rings ?? [];
	assert.deepEqual(ring?.prestaging, { holding: 1, counted: 3, threshold: 80 });
});

test("reboots are counted, and those under way have a time by which they must be back", () => {
	const tasks = { "mill-01": verified, "mill-02": verified, "mill-03": verified };
	const reboots = {
		"mill-01": { phase: "running", at: "2026-11-23T11:55:00Z" },
		"mill-02": { phase: "due" },
		"mill-03": { phase: "done", at: "2026-11-23T10:00:00Z" },
	};
	const given = {
		policy: { reboot: { policy: "if_needed", timeoutMs: 900_000 } },
		machines: { "mill-01": null, "mill-02": null, "mill-03": null },
		rollout: { tasks, reboots },
	};
	const report = status(viewOf(given, NOW));
	const under_way = [{ machine: "mill-01", since: "2026-11-23T11:55:00.000Z", back_by: "2026-11-23T12:10:00.000Z" }];
	assert.deepEqual(report.rollouts[0]?.reboots, { due: 1, done: 1, failed: 0, under_way });
	assert.equal(stateOf(report, "mill-01")?.state, "rebooting");
	assert.equal(stateOf(report, "mill-03")?.state, "verified");
});

test("pauses, approvals, an abort, missed runs and excluded machines are told with who and why", () => {
	const at = "2026-11-23T09:00:00Z";
	const given = {
		policy: { approval: { required: 2, approvers: ["alice", "bob"] } },
		applied: {
			pause: { by: "eve", reason: "audit", at },
			approvals: [
				{ by: "alice", at },
				{ by: "mallory", at },
			],
			missedRuns: [at],
		},
		machines: { "mill-01": null, "mill-02": { excluded: { by: "eve", reason: "disk", at } } },
		rollout: { tasks: {}, halt: { by: "bob", why: "wrong build", at } },
	};
	const report = status(viewOf(given, NOW));
	const iso = "2026-11-23T09:00:00.000Z";
	const [office] = report.rollouts;
	assert.deepEqual(office?.paused, { by: "eve", reason: "audit", at: iso });
	assert.deepEqual(office?.halted, { by: "bob", reason: "wrong build", at: iso });
	assert.deepEqual(office?.missed_runs, [iso]);
	assert.equal(office?.approval?.is_approved, false);
	assert.deepEqual(
		office?.approval?.given.map(({ by, counts }) => [by, counts]),
		[
			["alice", true],
			["mallory", false],
		],
	);
	assert.deepEqual(report.excluded, [{ machine: "mill-02", by: "eve", reason: "disk", at: iso }]);
	assert.deepEqual(stateOf(report, "mill-02"), {
		name: "mill-02",
		state: "excluded",
		reason: "excluded by eve: disk",
	});
});

test("no ring of a run that was aborted is said to run, or to wait", () => {
	const halt = { by: "bob", why: "wrong build", at: NOW };
	const given = {
		policy: { rollout: { rings: [CANARY, { name: "everyone" }] } },
		machines: { "mill-01": null, "mill-02": null },
		rollout: { tasks: {}, halt },
	};
	const text = renderStatus(status(viewOf(given, NOW)), PLAIN);
	assert.match(text, / canary +\[-+\] 0 of 1 installed, ended\n/);
	assert.match(text, / everyone +\[-+\] 0 of 1 installed, ended\n/);
});

test("who is left out is neither counted as installed nor as failed", () => {
	const given = {
		policy: { offline: { policy: "skip" } },
		package: { requirements: { os: ["linux"] } },
		machines: {
			"mill-01": { facts: {} },
			"mill-02": { facts: { os: "windows", distribution: "windows" } },
			"mill-03": { facts: {}, excluded: { by: "eve", reason: "", at: NOW } },
			"mill-04": { facts: {}, presence: { kind: "silent", at: "2026-11-01T00:00:00Z" } },
			"mill-05": { facts: {} },
		},
		rollout: {
			tasks: { "mill-01": verified, "mill-05": { phase: "failed", failure: { code: "FS-INSTALL-EXIT", detail: "1" } } },
			given_up: { "mill-04": "skipped" },
		},
	};
	const { totals, machines } = status(viewOf(given, NOW));
	assert.deepEqual(
		machines.map(({ state }) => state),
		["verified", "not_applicable", "excluded", "skipped", "failed"],
	);
	const { machines: many, installed, failed, left_out } = totals;
	assert.deepEqual({ many, installed, failed, left_out }, { many: 2, installed: 1, failed: 1, left_out: 3 });
});

test("a machine that is back at the revision before is not shown as installed", () => {
	const given = {
		policy: { revision: "r2" },
		machines: { "mill-01": null, "mill-02": null },
		rollout: {
			id: "office@r1/back",
			previous: { revision: "r1" },
			restores: { rollout: "office@r2/run", revision: "r2", why: "1 of 1 failed", machines: ["mill-01"] },
			tasks: { "mill-01": verified },
		},
	};
	const report = status(viewOf(given, NOW));
	assert.equal(stateOf(report, "mill-01")?.state, "rolled_back");
	assert.match(stateOf(report, "mill-02")?.reason ?? "", /^revision r2 was rolled back/);
	assert.equal(report.rollouts[0]?.rolls_back, "r2");
	assert.deepEqual([report.totals.installed, report.totals.rolled_back], [0, 1]);
});

test("a machine that a policy will reach by its schedule is not called unselected", () => {
	const schedule = {
		kind: "cron",
		cron: "0 2 * * sat",
		timeZone: "Europe/Budapest",
		persistent: false,
		randomizedDelayMs: 0,
		suspend: false,
	};
	const report = status(viewOf({ policy: { schedule }, machines: { "mill-01": null } }, NOW));
	assert.equal(report.rollouts[0]?.next_run, "2026-11-28T01:00:00.000Z");
	const reason = "next run Sat 28 Nov 02:00 Europe/Budapest";
	assert.deepEqual(stateOf(report, "mill-01"), { name: "mill-01", state: "waiting", reason });
});

test("a step in flight is told by what it does", () => {
	const ref = { rollout: ROLLOUT, package: "app", attempt: 1 };
	const reboot = { rollout: ROLLOUT, attempt: 1, bootId: "boot-1", deadline: 0, askUntil: 0, honoursUsers: false };
	const given = {
		policy: { reboot: { policy: "always" } },
		machines: { a: null, b: null, c: null, d: null, e: null, f: null },
		rollout: {
			tasks: { b: { phase: "staged" }, c: { phase: "exited" }, d: verified, f: { phase: "absent" } },
			reboots: { d: { phase: "running" } },
		},
		running: [
			{ kind: "inspect", machine: "a", ...ref },
			{ kind: "install", machine: "b", ...ref },
			{ kind: "inspect", machine: "c", ...ref },
			{ kind: "reboot", machine: "d", ...reboot },
			{ kind: "read_facts", machine: "e", policy: "office", attempt: 1 },
			{ kind: "deliver", machine: "f", ...ref },
		],
	};
	const report = status(viewOf(given, NOW));
	const states = report.machines.map(({ state }) => state);
	assert.deepEqual(states, ["inspecting", "installing", "installing", "rebooting", "inspecting", "delivering"]);
	assert.ok(report.machines.every(({ reason }) => reason === null));
	assert.equal(report.rollouts[0]?.machines.find(({ machine }) => machine === "f")?.progress, 0.5);
});

test("a failed machine keeps its reason while its policy is paused", () => {
	const failure = { code: "FS-INSTALL-EXIT", detail: "app: the installer exited 1" };
	const given = {
		applied: { pause: { by: "eve", reason: "", at: NOW } },
		machines: { "mill-01": null },
		rollout: { tasks: { "mill-01": { phase: "failed", failure } } },
	};
	const reason = "app: the installer exited 1 (FS-INSTALL-EXIT)";
	assert.deepEqual(stateOf(status(viewOf(given, NOW)), "mill-01"), { name: "mill-01", state: "failed", reason });
});

test("groups put together what differs by name and address alone, the failed first, and leave the lists out", () => {
	const names = Array.from({ length: 40 }, (_, index) => `mill-${String(index).padStart(2, "0")}`);
	const away = (name: string, index: number) => {
		const failure = { code: "FS-SSH-TIMEOUT", detail: `${name}: no answer from 10.0.1.${index}` };
		const presence = { kind: "unreachable", failure, failures: 1, at: NOW, since: NOW };
		return [name, { address: `10.0.1.${index}`, presence }];
	};
	const failure = { code: "FS-INSTALL-EXIT", detail: "broken: app: the installer exited 1" };
	const given = {
		machines: { ...Object.fromEntries(names.map(away)), broken: null },
		rollout: { tasks: { broken: { phase: "failed", failure } } },
	};
	const report = status(viewOf(given, NOW), "groups");
	assert.deepEqual(report.machines, []);
	assert.deepEqual(report.rollouts[0]?.machines, []);
	const [first, second, ...others] = report.groups;
	assert.deepEqual([first?.state, first?.names], ["failed", ["broken"]]);
	assert.equal(first?.reason, "app: the installer exited 1 (FS-INSTALL-EXIT)", "its name is said once");
	assert.deepEqual(second, {
		state: "waiting_for_machine",
		reason: "waiting for the machine: no answer from ... (FS-SSH-TIMEOUT)",
		machines: 40,
		names: names.slice(0, 5),
	});
	assert.deepEqual(others, []);
	assert.equal(report.totals.machines, 41);
});

test("by which way a package came, from whom, and why not by another is told of each machine", () => {
	const because = "the machine has curl; passed over: agent (the machine has no fleetseed-agent)";
	const counted = { bytes: 5_000_000, sourceBytes: 2_000_000, peerBytes: 3_000_000, floorMs: 1_250 };
	const [helper, http] = [
		{ method: "helper", durationMs: 1_500, ...counted },
		{ method: "http", durationMs: 2_000, bytes: 5_000_000, because },
	];
	const tasks = { "mill-01": { ...verified, delivery: helper }, "mill-02": { ...verified, delivery: http } };
	const machines = { "mill-01": null, "mill-02": null, "mill-03": null };
	const view = viewOf({ policy: {}, machines, rollout: { tasks } }, NOW);
	const [rollout] = status(view).rollouts;
	assert.deepEqual(rollout?.ways, [
		{ method: "helper", machines: 1 },
		{ method: "http", machines: 1 },
	]);
	const [first, second, third] = rollout?.machines.map(({ delivery }) => delivery) ?? [];
	assert.deepEqual([first?.source_bytes, first?.peer_bytes, first?.because], [2_000_000, 3_000_000, null]);
	assert.deepEqual([first?.floor_multiple, second?.floor_multiple], [1.2, null]);
	assert.deepEqual([second?.source_bytes, second?.seconds, second?.because], [null, 2, because]);
	assert.equal(third, null);
	assert.match(
		why(view, "mill-01"),
		/came by helper in 1\.5 s, 1\.2 x the floor \(1\.9 MiB from the controller, 2\.9 MiB from machines\)\./,
	);
	assert.ok(why(view, "mill-02").includes(` came by http in 2.0 s (4.8 MiB): ${because}.`));
});

test("a download that fails is told although no machine is known: what, the code, since when, what to do", () => {
	const failure = { code: "FS-ACQUIRE-HTTP", detail: "https://origin.example/app.deb answered 404" };
	const since = "2026-11-23T10:00:00Z";
	const package_state = { kind: "retrying", failure, failures: 7, since, at: "2026-11-23T11:59:00Z" };
	const report = status(viewOf({ package_state }, NOW), "groups");
	assert.deepEqual(report.failing_downloads, [
		{
			sha256: SHA,
			names: ["app 2"],
			policies: ["office"],
			...failure,
			since: "2026-11-23T10:00:00.000Z",
			last_try: "2026-11-23T11:59:00.000Z",
			is_final: false,
			advice: "The source refused the download. Check `source.url`.",
		},
	]);
	const [, told] = renderStatus(report, PLAIN).split("\n");
	assert.equal(
		told,
		"app 2 cannot be downloaded, since 2026-11-23 10:00Z: https://origin.example/app.deb answered 404 (FS-ACQUIRE-HTTP); it is tried again by itself. The source refused the download. Check `source.url`.",
	);
	const refused = { kind: "refused", failure: { code: "FS-ACQUIRE-DIGEST", detail: "another file" }, since, at: since };
	const [wrong] = status(viewOf({ package_state: refused }, NOW)).failing_downloads;
	assert.ok(wrong?.is_final);
	assert.match(wrong.advice, new RegExp(`fleetseed retry --package ${SHA}`));
	assert.deepEqual(status(viewOf({}, NOW)).failing_downloads, []);
});
