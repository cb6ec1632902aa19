import assert from "node:assert/strict";
import { test } from "node:test";
import { INSTALLERS } from "../../src/installers/registry.ts";
import type { PackageSpec } from "../../src/model/policy.ts";
import { unmetRequirement } from "../../src/plan/requirements.ts";
import { timeZoneOf } from "../../src/plan/time-zone.ts";
import { windowState } from "../../src/plan/windows.ts";
import { MachineModel } from "../../src/simulate/machine-model.ts";
import { modelFleet } from "../../src/simulate/model-fleet.ts";
import type { ModelledMachine } from "../../src/simulate/modelled-machine.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import type { Outage } from "../../src/simulate/simulation.ts";
import { fleetOf, type Given, type GivenPolicy, policyOf } from "../plan/fleet-of.ts";

const START = Date.parse("2026-11-23T00:00:00Z");
const DAY = 86_400_000;
const HOUR = 3_600_000;

const NIGHT = {
	name: "night",
	days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const,
	startTime: { hour: 22, minute: 0 },
	durationMs: 4 * HOUR,
	cutoffMs: HOUR,
	timeZone: "Europe/Budapest",
};
const CANARY = {
	name: "canary",
	members: { kind: "targets" as const, targets: { labelsIncludeAll: ["ring=canary"] } },
};

interface Asked {
	readonly machines?: number;
	readonly days?: number;
	readonly seed?: number;
	readonly offline?: number;
	readonly fail?: number;
	readonly answerMs?: number | null;
	readonly outages?: readonly Outage[];
}

function play(
	policy: GivenPolicy,
	{ machines = 60, days = 3, seed = 1, offline = 0, fail = 0, answerMs = HOUR, outages = [] }: Asked,
) {
	const parsed = policyOf({ policy });
	const span = { start: START, end: START + days * DAY };
	const fleet = modelFleet({ policy: parsed, machines, seed, offline, fail, ...span });
	const limits = { sessions: 20, deliveries: 20 };
	return simulate({ policy: parsed, machines: fleet, ...span, seed, answerMs, limits, outages });
}

test("the same seed gives the same course, another seed another one", () => {
	const first = play({}, { offline: 0.3, fail: 0.2 });
	assert.deepEqual(play({}, { offline: 0.3, fail: 0.2 }), first);
	assert.notDeepEqual(play({}, { offline: 0.3, fail: 0.2, seed: 2 }).samples, first.samples);
});

test("a sound fleet that is always on is verified as a whole, and every machine is in one state at each moment", () => {
	const timeline = play({}, {});
	assert.equal(timeline.samples.at(-1)?.counts.verified, 60);
	assert.deepEqual(timeline.reasons, []);
	for (const { counts } of timeline.samples)
		assert.equal(
			Object.values(counts).reduce((sum, count) => sum + count, 0),
			60,
		);
	assert.ok(timeline.verified && timeline.verified.first.at <= timeline.verified.last.at);
});

test("rings have their members, start in their order and in a window, and a soak is kept", () => {
	const canary = { ...CANARY, minHealthyTimeMs: 12 * HOUR };
	const timeline = play({ rollout: { rings: [canary, { name: "everyone" }] }, maintenanceWindows: [NIGHT] }, {});
	const [first, rest] = timeline.rings;
	assert.ok(first?.startedAt && rest?.startedAt && first.lastAt);
	assert.equal(first.machines + rest.machines, 60);
	assert.ok(first.machines >= 1);
	assert.ok(rest.startedAt >= first.lastAt + 12 * HOUR);
	for (const { startedAt } of [first, rest]) assert.ok(windowState([NIGHT], startedAt ?? 0).isOpen);
	assert.deepEqual(
		timeline.windows.map(({ from, to }) => [new Date(from).toISOString(), (to - from) / HOUR]),
		[
			["2026-11-23T00:00:00.000Z", 0],
			["2026-11-23T21:00:00.000Z", 3],
			["2026-11-24T21:00:00.000Z", 3],
			["2026-11-25T21:00:00.000Z", 3],
		].slice(1),
	);
});

test("at no time more installs than max_concurrency, nor more reboots than their slots", () => {
	const maxConcurrency = { kind: "absolute" as const, value: 3 };
	const reboot = { policy: "always" as const, concurrency: { kind: "absolute" as const, value: 2 } };
	const { peaks, samples } = play({ rollout: { maxConcurrency }, reboot }, {});
	assert.equal(peaks.installs.most, 3);
	assert.equal(peaks.reboots.most, 2);
	assert.equal(samples.at(-1)?.counts.verified, 60);
});

test("a spent budget stops the rollout and is told with its moment; those that were not reached say why", () => {
	const timeline = play({ rollout: { maxErrors: 0, maxConcurrency: { kind: "absolute", value: 1 } } }, { fail: 0.2 });
	const stopped = timeline.moments.find(({ kind }) => kind === "stopped");
	assert.ok(stopped?.kind === "stopped" && stopped.reason.kind === "budget_spent");
	const [most] = timeline.reasons;
	assert.equal(most?.reason.kind, "budget_spent");
	assert.equal(timeline.failures[0]?.machines, 1);
});

test("machines that are on in office hours only are never reached by a window at night, until the deadline forces them", () => {
	const policy = { maintenanceWindows: [NIGHT] };
	const late = play(policy, { offline: 1, days: 5 });
	assert.equal(timeZoneOf(policyOf({ policy })), "Europe/Budapest");
	assert.equal(late.samples.at(-1)?.counts.verified, 0);
	const forced = play({ ...policy, deadline: START + 2 * DAY }, { offline: 1, days: 5 });
	assert.ok((forced.samples.at(-1)?.counts.verified ?? 0) > 50);
	assert.ok(forced.verified && forced.verified.first.at >= START + 2 * DAY);
});

test("people approve and promote after their time, and without them nothing goes on", () => {
	const policy: GivenPolicy = {
		approval: { required: 2, approvers: [] },
		rollout: { rings: [{ ...CANARY, promote: "manual" }, { name: "everyone" }] },
	};
	const answered = play(policy, { answerMs: 2 * HOUR });
	assert.ok((answered.rings[0]?.startedAt ?? 0) >= START + 2 * HOUR);
	assert.ok((answered.rings[1]?.startedAt ?? 0) >= (answered.rings[0]?.lastAt ?? 0) + 2 * HOUR);
	assert.equal(answered.samples.at(-1)?.counts.verified, 60);
	const ignored = play(policy, { answerMs: null });
	assert.equal(ignored.rings[0]?.startedAt, null);
	assert.equal(ignored.reasons[0]?.reason.kind, "approval_pending");
});

test("a policy that names its machines has only these, and requirements are missed by few", () => {
	assert.equal(play({ targets: { machines: ["a", "b"] } }, {}).machines, 2);
	const spec = { requirements: { os: ["debian"], arch: ["arm64"], minOsVersion: "12", diskSpaceMb: 500 } };
	const timeline = play({ packages: [spec] }, { machines: 400 });
	const counts = timeline.samples.at(-1)?.counts;
	assert.ok(counts && counts.left_out > 0 && counts.left_out < 20);
	assert.equal(counts.verified + counts.left_out, 400);
});

test("a run that was due while the controller was off is missed, and what ran goes on and is heard of later", () => {
	const back = START + DAY + 12 * HOUR;
	const outages = [
		{ from: START + 2 * HOUR + 90_000, to: START + 5 * HOUR },
		{ from: START + DAY + HOUR, to: back },
	];
	const timeline = play({ schedule: { kind: "cron", startingDeadlineMs: HOUR } }, { outages });
	assert.deepEqual(timeline.missedRuns, [START + DAY + 2 * HOUR]);
	const offAndBack = timeline.moments.filter(({ kind }) => kind.startsWith("controller_"));
	assert.deepEqual(
		offAndBack.map(({ kind, at }) => [kind, at]),
		outages.flatMap(({ from, to }) => [
			["controller_off", from],
			["controller_back", to],
		]),
	);
	const isOff = (at: number) => outages.some(({ from, to }) => from <= at && at < to);
	assert.ok(
		!timeline.moments.some(({ kind, at }) => kind !== "controller_off" && isOff(at)),
		"nothing begins meanwhile",
	);
	assert.equal(timeline.samples.at(-1)?.counts.verified, 60);
});

test("machines of the model have a system on which the packages' type is at home, with its package manager", () => {
	for (const type of INSTALLERS.keys()) {
		const [modelled] = fleetFor({ package: { type } });
		const [spec] = policyOf({ package: { type } }).packages;
		assert.ok(modelled && spec);
		assert.equal(unmetOn(spec, modelled), null, type);
	}
	const systems = fleetFor({
		policy: {
			packages: [
				{ name: "a", type: "rpm" },
				{ name: "b", type: "deb" },
			],
		},
	}).map(({ hardware }) => hardware.distribution);
	assert.deepEqual([...new Set(systems)].sort(), ["debian", "fedora"]);
	assert.equal(
		fleetFor({ package: { requirements: { os: ["plan9"], arch: [] } } })[0]?.hardware.packageManagers,
		undefined,
	);
});

test("a machine whose system has no manager for the type is left out, as a real one is", () => {
	const policy = policyOf({});
	const identity = { address: "10.0.0.1", port: 22, groups: [] };
	const inventory = {
		machines: [
			{ name: "suits", ...identity, labels: { distribution: "ubuntu" } },
			{ name: "other", ...identity, labels: { distribution: "fedora" } },
		],
		groups: [],
	};
	const span = { start: START, end: START + DAY };
	const machines = modelFleet({ policy, machines: 2, inventory, seed: 1, offline: 0, fail: 0, ...span });
	const limits = { sessions: 20, deliveries: 20 };
	const { samples, reasons } = simulate({ policy, machines, ...span, seed: 1, answerMs: null, limits, outages: [] });
	const counts = samples.at(-1)?.counts;
	assert.deepEqual([counts?.verified, counts?.left_out], [1, 1]);
	assert.deepEqual(
		reasons.map(({ reason, first }) => [reason.kind === "not_applicable" && reason.unmet.requirement, first]),
		[["packageManager", "other"]],
	);
});

function fleetFor(given: Given) {
	const span = { start: START, end: START + DAY };
	return modelFleet({ policy: policyOf(given), machines: 20, seed: 1, offline: 0, fail: 0, ...span });
}

function unmetOn(spec: PackageSpec, { name, hardware }: ModelledMachine) {
	const facts = { ...new MachineModel(name, hardware).facts(), at: START };
	const { machines } = fleetOf({ machines: { [name]: { facts } } });
	const machine = machines.get(name);
	assert.ok(machine);
	return unmetRequirement(spec, machine);
}
