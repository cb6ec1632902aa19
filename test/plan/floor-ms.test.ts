import assert from "node:assert/strict";
import { test } from "node:test";
import { floorMs, slower } from "../../src/plan/floor-ms.ts";

const each = (count: number, rate: number) => Array.from({ length: count }, () => ({ up: rate, down: rate }));

test("with equal links the floor is one package's time, however many receive it", () => {
	for (const count of [1, 16, 1000])
		assert.equal(floorMs({ sizeBytes: 5_000, source: 1_000, receivers: each(count, 1_000) }), 5_000);
});

test("the slowest receiver, the source, or what all can send together is the floor", () => {
	const receivers = [...each(3, 1_000), { up: 1_000, down: 500 }];
	assert.equal(floorMs({ sizeBytes: 1_000, source: 1_000, receivers }), 2_000);
	assert.equal(floorMs({ sizeBytes: 1_000, source: 100, receivers }), 10_000);
	const mute = Array.from({ length: 10 }, () => ({ up: 0, down: 1_000 }));
	assert.equal(floorMs({ sizeBytes: 1_000, source: 1_000, receivers: mute }), 10_000);
});

test("without the source's rate or a receiver's there is no floor, and one that may send at will raises none", () => {
	assert.equal(floorMs({ sizeBytes: 1, source: null, receivers: each(2, 1) }), null);
	assert.equal(floorMs({ sizeBytes: 1, source: 1, receivers: [...each(2, 1), { up: 1, down: null }] }), null);
	assert.equal(floorMs({ sizeBytes: 1_000, source: 1_000, receivers: [{ up: null, down: 1_000 }] }), 1_000);
});

test("a link under a limit is as fast as the slower of the two that are known", () => {
	assert.equal(slower(10, 20), 10);
	assert.equal(slower(20, 10), 10);
	assert.equal(slower(null, 10), 10);
	assert.equal(slower(10, null), 10);
	assert.equal(slower(null, null), null);
});
