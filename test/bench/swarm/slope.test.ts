import assert from "node:assert/strict";
import { test } from "node:test";
import { slopeOf } from "./slope.ts";

test("the slope of a line is its step, whatever it begins with", () => {
	assert.equal(slopeOf([100, 103, 106, 109]), 3);
	assert.equal(slopeOf([9, 7, 5]), -2);
	assert.equal(slopeOf([7, 7, 7, 7]), 0);
});

test("one that goes up and down has none, and neither has a single value", () => {
	assert.equal(slopeOf([1, 2, 2, 1]), 0);
	assert.equal(slopeOf([5]), 0);
	assert.equal(slopeOf([]), 0);
});
