import assert from "node:assert/strict";
import { test } from "node:test";
import { type Figure, isMet } from "../figures.ts";
import { crowdPromises, deliveryPromises } from "./memory-promises.ts";

function areMet(figures: readonly Figure[]): boolean {
	return figures.every((figure) => isMet(figure) !== false);
}

test("a process that settles keeps its promise; one that grows with each delivery does not", () => {
	assert.ok(areMet(deliveryPromises([90, 111, 112, 112, 113, 112], 120)));
	assert.ok(!areMet(deliveryPromises([90, 92, 94, 96, 98, 100], 120)));
	assert.ok(!areMet(deliveryPromises([90, 91, 91, 90], 257)));
});

test("little memory is no merit where the crowd was not there, or got nothing", () => {
	const there = { peers: 100, packages: 10, greeted: 1_000, connected: 1_000, contentMiB: 25, peakMiB: 190 };
	assert.ok(areMet(crowdPromises(there, 1)));
	for (const lack of [{ greeted: 0 }, { connected: 999 }, { contentMiB: 9 }, { peakMiB: 257 }])
		assert.ok(!areMet(crowdPromises({ ...there, ...lack }, 1)), JSON.stringify(lack));
});
