import assert from "node:assert/strict";
import { test } from "node:test";
import { ratesOf } from "../../src/dashboard/rates.ts";

const START = Date.parse("2026-11-23T10:00:00Z");
const sample = ([second, received, source]: readonly [number, number, number]) => {
	return { at: new Date(START + second * 1000).toISOString(), received_bytes: received, source_bytes: source };
};

test("a rate is what moved in the last six seconds, and a pause is no slope", () => {
	const rates = ratesOf(
		(
			[
				[0, 0, 0],
				[100, 0, 0],
				[106, 600, 300],
				[200, 600, 300],
				[206, 1800, 300],
			] as const
		).map(sample),
	);
	const rateAt = (key: "received" | "source", second: number) => rates[key][rates.at.indexOf(START / 1000 + second)];
	assert.equal(rates.at[0], START / 1000 + 100, "from when the first byte moved");
	assert.equal(rates.at.at(-1), START / 1000 + 212, "until the last has");
	assert.deepEqual([rateAt("received", 106), rateAt("source", 106)], [100, 50]);
	assert.deepEqual([rateAt("received", 103), rateAt("received", 109)], [50, 50]);
	assert.deepEqual([rateAt("received", 150), rateAt("source", 150)], [0, 0]);
	assert.deepEqual([rateAt("received", 206), rateAt("source", 206), rateAt("received", 212)], [200, 0, 0]);
});

test("where nothing moved there is no rate, and a week has no more points than a page is wide", () => {
	assert.deepEqual(ratesOf([]).at, []);
	assert.deepEqual(ratesOf([sample([0, 5, 5]), sample([9, 5, 5])]).at, []);
	const week = ratesOf([sample([0, 0, 0]), sample([604_800, 1e9, 1e9])]);
	assert.ok(week.at.length <= 401 && week.at.length > 300, `${week.at.length} points`);
});
