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
			},
		],
		targets: { ...nothing, match: "*" },
		rollout: {
			rings: [{ name: "all", members: { kind: "rest" }, successThreshold: 100 }],
			maxConcurrency: { kind: "absolute", value: 10 },
			minExecuted: 1,
		},
		schedule: { kind: "now" },
		maintenanceWindows: [],
		ssh: { user: "root", connectTimeoutMs: 10_000 },
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
	assert.deepEqual(schedule, { kind: "cron", cron: "0 2 * * sat", timeZone: "Europe/Budapest" });
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
