import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { windowState } from "../../src/plan/windows.ts";
import { type GivenPolicy, policyOf } from "../plan/fleet-of.ts";
import { type Scenario, Simulator } from "./simulator.ts";

const RUNS = 300;
const HOUR = 3_600_000;
const CANARIES = ["m00", "m01"];
const MAX_CONCURRENCY = 3;

const twoRings: GivenPolicy = {
	rollout: {
		maxConcurrency: { kind: "absolute", value: MAX_CONCURRENCY },
		rings: [{ name: "canary", members: { kind: "targets", targets: { machines: CANARIES } } }, { name: "everyone" }],
	},
};
const windowed: GivenPolicy = {
	...twoRings,
	maintenanceWindows: [
		{
			name: "night",
			days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
			startTime: { hour: 2, minute: 0 },
			durationMs: 2 * HOUR,
			cutoffMs: HOUR / 2,
			timeZone: "Europe/Budapest",
		},
	],
};

const moment = fc.integer({ min: 0, max: 3 * HOUR });
const scenarios: fc.Arbitrary<Scenario> = fc.record({
	seed: fc.integer(),
	machines: fc.integer({ min: 3, max: 12 }),
	failRate: fc.constantFrom(0, 0, 0.1, 0.3),
	broken: fc.constant([]),
	cuts: fc.array(fc.record({ machine: fc.nat(11), at: moment, forMs: fc.integer({ min: 1_000, max: HOUR }) }), {
		maxLength: 4,
	}),
	kills: fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 5 }),
	echoes: fc.array(fc.record({ index: fc.nat(500), at: fc.integer({ min: 0, max: 300_000 }) }), { maxLength: 5 }),
	wakes: fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 5 }),
});

/** Runs the scenarios under the policy, and hands each ended world to the check. */
function everyRun(
	policy: GivenPolicy,
	forMs: number,
	check: (world: Simulator, scenario: Scenario) => void,
	worlds = scenarios,
): void {
	let decisions = 0;
	let installs = 0;
	fc.assert(
		fc.property(worlds, (scenario) => {
			const world = new Simulator(scenario, policyOf({ policy }));
			world.run(forMs);
			decisions += world.decisions;
			installs += world.installStarts.length;
			check(world, scenario);
		}),
		{ numRuns: RUNS },
	);
	console.log(`# ${RUNS} runs, ${decisions} decisions, ${installs} installs`);
	assert.ok(installs >= RUNS, "the worlds did something");
}

test("never more installers at once than max_concurrency, whatever is killed, cut, repeated or woken", () => {
	everyRun(twoRings, 12 * HOUR, (world) => {
		for (const { machine, running } of world.installStarts)
			assert.ok(running <= MAX_CONCURRENCY, `${machine}: ${running} at once`);
	});
});

test("no machine of the second ring is touched before every canary that stayed in reach is installed", () => {
	everyRun(twoRings, 12 * HOUR, (world) => {
		const second = world.installStarts.filter(({ machine }) => !CANARIES.includes(machine));
		for (const { machine, installed } of second) {
			const proven = CANARIES.filter((canary) => installed.has(canary));
			assert.ok(proven.length > 0, `${machine} went before any canary was installed`);
			const steady = CANARIES.filter((canary) => !world.everDown.has(canary) && (world.losses.get(canary) ?? 0) < 3);
			assert.ok(
				proven.length === CANARIES.length || steady.length < CANARIES.length,
				`${machine} went before ${steady}`,
			);
		}
	});
});

test("every machine ends installed and verified without hands, also those that were off for a while", () => {
	everyRun(twoRings, 48 * HOUR, (world) => {
		const names = world.machines.map(({ name }) => name);
		const failed = names.filter(
			(name) => world.fleet.rollouts.get("office")?.progress.get(name)?.get("app")?.phase === "failed",
		);
		const open = names.filter((name) => !world.verified().includes(name) && !failed.includes(name));
		const isBlocked = failed.some((name) => CANARIES.includes(name));
		assert.deepEqual(isBlocked ? [] : open, [], "neither verified nor failed");
		for (const machine of world.machines) if (world.verified().includes(machine.name)) assert.ok(machine.isInstalled);
	});
});

test("an installer that ended well is never run again", () => {
	everyRun(twoRings, 24 * HOUR, (world) => {
		for (const machine of world.machines) {
			const well = [...machine.jobs.values()].filter((job) => !job.isLost && job.exitCode === 0);
			assert.ok(well.length <= 1, `${machine.name}: ${well.length} good runs`);
		}
	});
});

test("no install starts outside its window or in the window's cutoff", () => {
	everyRun(windowed, 72 * HOUR, (world) => {
		const windows = windowed.maintenanceWindows ?? [];
		for (const { machine, at } of world.installStarts)
			assert.ok(windowState(windows, at).isOpen, `${machine} at ${new Date(at).toISOString()}`);
	});
});

test("after the failure that spends the budget only what is in flight still fails", () => {
	const maxErrors = 1;
	const braked: GivenPolicy = {
		rollout: { ...twoRings.rollout, maxErrors, rings: [{ name: "all" }] },
	};
	const broken = fc.array(fc.nat(11), { minLength: 3, maxLength: 12 });
	const manyBroken = fc
		.record({ world: scenarios, broken })
		.map(({ world, broken: indexes }) => ({ ...world, broken: indexes }));
	everyRun(
		braked,
		12 * HOUR,
		(world) => {
			const failed = world.machines.filter((machine) => [...machine.jobs.values()].some((job) => job.exitCode === 1));
			assert.ok(failed.length <= maxErrors + MAX_CONCURRENCY, `${failed.length} machines failed`);
		},
		manyBroken,
	);
});
