import assert from "node:assert/strict";
import { test } from "node:test";
import { median, RecentRate } from "../../src/swarm/recent-rate.ts";

test("a rate is taken since it is counted, then over the last 16 moments, and falls while nothing happens", () => {
	const rate = new RecentRate(1000);
	assert.equal(rate.perSecond(1000), 0);
	for (let event = 0; event < 8; event++) rate.count(1500);
	assert.equal(rate.perSecond(2000), 8);
	for (let event = 1; event <= 17; event++) rate.count(2000 + event * 100);
	assert.equal(rate.perSecond(3700), 10);
	assert.equal(rate.perSecond(18_100), 1);
});

test("events that are told of together are no sudden speed", () => {
	const rate = new RecentRate(0);
	for (let burst = 1; burst <= 20; burst++)
		for (let event = 0; event < 50; event++) rate.count(burst * 500 + event / 10);
	assert.equal(Math.round(rate.perSecond(10_005)), 100);
	assert.equal(Math.round(rate.perSecond(10_500)), 94);
});

test("the median of none is nothing, and of an even number the higher one in the middle", () => {
	assert.equal(median([]), 0);
	assert.equal(median([5, 1, 9]), 5);
	assert.equal(median([9, 1, 2, 5]), 5);
});
