import assert from "node:assert/strict";
import { test } from "node:test";
import { isMet } from "../figures.ts";
import { racePromises } from "./promises.ts";
import type { MachineResult, RaceResult } from "./race.ts";
import { medianStanding, standingOf } from "./standing.ts";

const MIB = 2 ** 20;
const LINKS = { sizeBytes: 32 * MIB, sourceRate: 20e6 };

function machine(seconds: number | null, more: Partial<MachineResult> = {}): MachineResult {
	return { name: "m", rate: 20e6, seconds, isVerified: true, movedBytes: 64 * MIB, cpuSeconds: 0.25, ...more };
}

function race(system: string, machines: readonly MachineResult[]): RaceResult {
	const used = { cpuSeconds: 0.1, preparedCpuSeconds: 0.9, peakRssBytes: 100 * MIB };
	const source = { ...used, sentBytes: 33 * MIB, receivedBytes: MIB };
	return { system, machines, source, sentPayloadBytes: 32 * MIB, busyPercent: 50 };
}

function standing(system: string, times: readonly (number | null)[]) {
	return standingOf(
		race(
			system,
			times.map((seconds) => machine(seconds)),
		),
		LINKS,
	);
}

test("a race is told by its last machine, its median, and the floor", () => {
	const told = standing("fleetseed", [14, 15, 16]);
	assert.equal(told.seconds, 16);
	assert.equal(told.medianSeconds, 15);
	assert.equal(told.timesFloor.toFixed(3), "1.192");
	assert.equal(told.sourceMultiple, 33 / 32);
	assert.equal(told.payloadMultiple, 1);
	assert.equal(told.peerCpuPerGiB, 4);
	assert.equal(told.sourceCpuPerGiB.toFixed(2), "3.01");
	assert.equal(told.sourcePreparedCpuSeconds, 0.9);
	assert.equal(told.sourcePeakMiB, 100);
});

test("a machine that never had it, or has something else, makes the race endless", () => {
	assert.equal(standing("aria2", [14, null]).seconds, Number.POSITIVE_INFINITY);
	const garbage = race("aria2", [machine(14), machine(14, { isVerified: false })]);
	assert.equal(standingOf(garbage, LINKS).seconds, Number.POSITIVE_INFINITY);
});

test("machines of different rates are told apart, each group beside the floor that it would have alone", () => {
	const { groups, floorSeconds } = standingOf(
		race("fleetseed", [machine(15), machine(16), machine(140, { rate: 2e6 })]),
		LINKS,
	);
	assert.equal(floorSeconds.toFixed(0), "134");
	assert.deepEqual(
		groups.map(({ rate, machines, seconds, timesFloor }) => [rate, machines, seconds, timesFloor.toFixed(2)]),
		[
			[20e6, 2, 16, "1.19"],
			[2e6, 1, 140, "1.04"],
		],
	);
});

test("of several races the one in the middle counts", () => {
	const standings = [30, 10, 20].map((seconds) => standing("fleetseed", [seconds]));
	assert.equal(medianStanding(standings).seconds, 20);
});

test("every promise of a race is met by a good one and missed by a bad one", () => {
	const others = [standing("aria2", [27]), standing("uftp", [17.7])];
	const met = racePromises([standing("fleetseed", [16]), ...others], { enforcesCpu: true });
	assert.deepEqual(met.map(isMet), [true, true, true, true, true, false, null]);
	const missed = racePromises([standing("fleetseed", [28]), ...others], { enforcesCpu: false });
	assert.deepEqual(missed.map(isMet), [false, false, false, true, null, null, null]);
});

test("to be ahead of one that never finished is no promise met", () => {
	const [, beside] = racePromises([standing("fleetseed", [16]), standing("aria2", [27, null])], { enforcesCpu: false });
	assert.equal(beside?.what, "fleetseed beside aria2, which never finished");
	assert.equal(beside && isMet(beside), false);
});

test("without fleetseed nothing is promised", () => {
	assert.deepEqual(racePromises([standing("aria2", [27])], { enforcesCpu: true }), []);
});
