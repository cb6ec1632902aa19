import assert from "node:assert/strict";
import { test } from "node:test";
import type { MaintenanceWindow } from "../../src/model/policy.ts";
import { openingsIn, runsIn } from "../../src/plan/openings.ts";
import { windowState } from "../../src/plan/windows.ts";

const HOUR = 3_600_000;
const NIGHT: MaintenanceWindow = {
	name: "night",
	days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
	startTime: { hour: 22, minute: 30 },
	durationMs: 4 * HOUR,
	cutoffMs: HOUR / 2,
	timeZone: "Europe/Budapest",
};
const at = (text: string) => Date.parse(text);
const isoOf = (times: readonly number[]) => times.map((time) => new Date(time).toISOString());

test("the opening that has begun before the span is in it, and one that closes as it begins is not", () => {
	const span = { from: at("2026-11-23T23:00:00Z"), until: at("2026-11-25T12:00:00Z") };
	const openings = openingsIn(NIGHT, span);
	assert.deepEqual(isoOf(openings.map(({ opensAt }) => opensAt)), [
		"2026-11-23T21:30:00.000Z",
		"2026-11-24T21:30:00.000Z",
	]);
	assert.deepEqual(isoOf(openings.map(({ startsUntil }) => startsUntil)).at(0), "2026-11-24T01:00:00.000Z");
	assert.deepEqual(isoOf(openings.map(({ closesAt }) => closesAt)).at(0), "2026-11-24T01:30:00.000Z");
	const later = openingsIn(NIGHT, { ...span, from: at("2026-11-24T01:30:00Z") });
	assert.deepEqual(isoOf(later.map(({ opensAt }) => opensAt)), ["2026-11-24T21:30:00.000Z"]);
});

test("over the nights in which clocks change, what is shown as open is what is decided by", () => {
	for (const around of ["2026-03-27", "2026-10-23"]) {
		const from = at(`${around}T00:00:00Z`);
		const openings = openingsIn(NIGHT, { from, until: from + 5 * 24 * HOUR });
		assert.ok(openings.length >= 5, around);
		for (let now = from; now < from + 4 * 24 * HOUR; now += HOUR / 4) {
			const isShown = openings.some(({ opensAt, startsUntil }) => opensAt <= now && now < startsUntil);
			assert.equal(windowState([NIGHT], now).isOpen, isShown, new Date(now).toISOString());
		}
	}
});

test("runs are those within the span, none of a suspended schedule, and no more than can be shown", () => {
	const schedule = {
		kind: "cron",
		cron: "0 2 * * sat",
		timeZone: "UTC",
		persistent: false,
		randomizedDelayMs: 0,
	} as const;
	const span = { from: at("2026-11-28T02:00:00Z"), until: at("2026-12-12T02:00:00Z") };
	assert.deepEqual(isoOf(runsIn({ ...schedule, suspend: false }, span)), ["2026-12-05T02:00:00.000Z"]);
	assert.deepEqual(runsIn({ ...schedule, suspend: true }, span), []);
	assert.equal(runsIn({ ...schedule, cron: "* * * * *", suspend: false }, span).length, 500);
});
