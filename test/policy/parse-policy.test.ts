import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECKSUM, packageOf, policyOf, policyText, problemsOf } from "./read.ts";

test("fills in every default of a policy", () => {
	const { revision, ...content } = policyOf(policyText());
	assert.match(revision, /^[0-9a-f]{64}$/);
	const nothing = { groups: [], machines: [], labelsIncludeAny: [], labelsIncludeAll: [], labelsExcludeAny: [] };
	assert.deepEqual(content, {
		name: "office",
		packages: [
			{
				name: "a",
				version: "1.2",
				type: "deb",
				source: { url: "https://example.org/a", mirrors: [] },
				sha256: CHECKSUM.slice(7),
				install: { arguments: [], timeoutMs: 1_800_000, env: {} },
				detection: [{ type: "package", name: "a", version: "1.2" }],
				returnCodes: { success: [0], softReboot: [], hardReboot: [], retry: [] },
				requirements: { os: [], arch: [] },
			},
		],
		targets: { ...nothing, match: "*" },
		rollout: {
			rings: [{ name: "all", members: { kind: "rest" }, successThreshold: 100, minHealthyTimeMs: 0, promote: "auto" }],
			maxConcurrency: { kind: "absolute", value: 10 },
			minExecuted: 1,
			onFailure: "pause",
		},
		schedule: { kind: "now", suspend: false },
		maintenanceWindows: [],
		gracePeriodMs: 0,
		reboot: {
			policy: "never",
			concurrency: { kind: "absolute", value: 1 },
			timeoutMs: 900_000,
			skipIfUsers: false,
		},
		retries: { max: 0, delayMs: 300_000, backoff: "exponential", on: ["failed", "timed_out"] },
		offline: { policy: "wait", giveUpAfterMs: 30 * 86_400_000 },
		ssh: { connectTimeoutMs: 10_000 },
	});
});

test("detects an archive by its version's folder below the destination", () => {
	const given = packageOf({ type: "archive", install: { destination: "/srv/tools/" } });
	const [byName, byDestination] = policyOf(
		policyText({ packages: [packageOf({ type: "archive" }), { ...given, name: "b" }] }),
	).packages;
	assert.deepEqual(byName?.detection, [{ type: "file", path: "/opt/a/1.2" }]);
	assert.equal(byName?.install.destination, "/opt/a");
	assert.deepEqual(byDestination?.detection, [{ type: "file", path: "/srv/tools/1.2" }]);
	assert.equal(byDestination?.install.destination, "/srv/tools");
});

test("reads counts, durations, windows and cron lines into the model's units", () => {
	const window = { name: "night", days: ["sun", "mon"], start_time: "02:30", duration: "2h", time_zone: "Asia/Tokyo" };
	const { rollout, maintenanceWindows, schedule } = policyOf(
		policyText({
			rollout: { max_concurrency: "20%", rings: [{ name: "a", max_concurrency: 3, success_threshold: 50 }] },
			maintenance_windows: [{ ...window, cutoff: "10m" }],
			schedule: { cron: " 0  2 * * SAT", time_zone: "Europe/Budapest" },
		}),
	);
	assert.deepEqual(rollout.maxConcurrency, { kind: "percent", value: 20 });
	assert.deepEqual(rollout.rings[0]?.maxConcurrency, { kind: "absolute", value: 3 });
	assert.deepEqual(maintenanceWindows, [
		{
			name: "night",
			days: ["mon", "sun"],
			startTime: { hour: 2, minute: 30 },
			durationMs: 7_200_000,
			timeZone: "Asia/Tokyo",
			cutoffMs: 600_000,
		},
	]);
	const once = { persistent: false, randomizedDelayMs: 0, suspend: false };
	assert.deepEqual(schedule, { kind: "cron", cron: "0 2 * * sat", timeZone: "Europe/Budapest", ...once });
});

test("reads deadlines, approvals, reboots, retries and absences into the model's units", () => {
	const window = { name: "restart", start_time: "03:00", duration: "1h", time_zone: "Asia/Tokyo" };
	const policy = policyOf(
		policyText({
			available_at: "2026-12-01T08:00[Europe/Budapest]",
			deadline: "2026-12-05T08:00:30[Asia/Kathmandu]",
			grace_period: "4h",
			approval: { required: 2, approvers: ["eve", "bob", "eve"] },
			reboot: { policy: "if_needed", concurrency: "5%", window, test_command: "true", skip_if_users: true },
			retries: { max: 3, delay: "10m", backoff: "fixed", on: ["timed_out", "failed", "failed"] },
			offline: { policy: "skip" },
		}),
	);
	assert.equal(policy.availableAt, Date.UTC(2026, 11, 1, 7));
	assert.equal(policy.deadline, Date.UTC(2026, 11, 5, 2, 15, 30));
	assert.equal(policy.gracePeriodMs, 4 * 3_600_000);
	assert.deepEqual(policy.approval, { required: 2, approvers: ["bob", "eve"] });
	assert.equal(policy.reboot.window?.durationMs, 3_600_000);
	assert.deepEqual(policy.reboot.concurrency, { kind: "percent", value: 5 });
	assert.deepEqual(policy.retries, { max: 3, delayMs: 600_000, backoff: "fixed", on: ["failed", "timed_out"] });
	assert.deepEqual(policy.offline, { policy: "skip", giveUpAfterMs: 3_600_000 }, "an hour, unless it says more");
});

test("reads what rollouts, rings, schedules and requirements may say", () => {
	const rings = [{ name: "a", min_healthy_time: "2d", promote: "manual", max_errors: 0, max_fail_percentage: 5 }];
	const { rollout, schedule, packages } = policyOf(
		policyText({
			packages: [
				packageOf({ requirements: { os: ["debian"], arch: ["arm64"], min_os_version: "12", disk_space_mb: 9 } }),
			],
			rollout: { rings, on_failure: "rollback", progress_deadline: "1h", prestage_threshold: 90 },
			schedule: {
				cron: "0 2 * * *",
				time_zone: "UTC",
				persistent: true,
				starting_deadline: "2h",
				randomized_delay: "30m",
			},
		}),
	);
	const { minHealthyTimeMs, promote, maxErrors, maxFailPercentage } = rollout.rings[0] ?? {};
	assert.deepEqual([minHealthyTimeMs, promote, maxErrors, maxFailPercentage], [172_800_000, "manual", 0, 5]);
	const { onFailure, progressDeadlineMs, prestageThreshold } = rollout;
	assert.deepEqual([onFailure, progressDeadlineMs, prestageThreshold], ["rollback", 3_600_000, 90]);
	assert.ok(schedule.kind === "cron");
	assert.deepEqual([schedule.startingDeadlineMs, schedule.randomizedDelayMs], [7_200_000, 1_800_000]);
	assert.deepEqual(packages[0]?.requirements, { os: ["debian"], arch: ["arm64"], minOsVersion: "12", diskSpaceMb: 9 });
});

test("takes rings by selection, by share and of the rest", () => {
	const rings = [
		{ name: "canary", targets: { machines: ["b", "a", "b"] } },
		{ name: "early", target_percentage: 20 },
		{ name: "rest" },
	];
	const members = policyOf(policyText({ rollout: { rings } })).rollout.rings.map((ring) => ring.members);
	assert.deepEqual(
		members.map((each) => (each.kind === "targets" ? each.targets.machines : each)),
		[["a", "b"], { kind: "percentage", percentage: 20 }, { kind: "rest" }],
	);
});

test("lets shares leave machines to a later selection, which the text cannot judge", () => {
	const rings = [
		{ name: "early", target_percentage: 20 },
		{ name: "others", targets: { match: "*" } },
	];
	assert.deepEqual(problemsOf(policyText({ rollout: { rings } })), []);
});

test("refuses one exit code in two lists", () => {
	const packages = [packageOf({ return_codes: { success: [0, 3010], soft_reboot: [3010] } })];
	const [problem] = problemsOf(policyText({ packages }));
	assert.equal(problem?.path, "packages[0].return_codes.soft_reboot[0]");
	assert.equal(problem?.code, "FS-POLICY-VALUE");
});

test("keeps x- keys out of the policy at every level", () => {
	const rings = [{ name: "all", "x-ticket": 4711 }];
	const marked = policyText({ "x-owner": "me", rollout: { rings, "x-note": [] }, ssh: { "x-why": null } });
	assert.deepEqual(policyOf(marked), policyOf(policyText()));
});
