import assert from "node:assert/strict";
import { test } from "node:test";
import { runTimes } from "../../src/plan/schedule.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-23T00:00:00Z");

function delayOf(policy: string, night: number): number {
	const zone = { cron: "0 2 * * *", timeZone: "UTC", persistent: false, suspend: false } as const;
	const since = START + night * 24 * HOUR;
	const { next } = runTimes({ kind: "cron", ...zone, randomizedDelayMs: HOUR }, { policy, since, now: since });
	assert.ok(next !== null);
	return next - since - 2 * HOUR;
}

test("randomized delays are the same whenever they are asked for, and spread policies and nights over all of their time", () => {
	const policies = Array.from({ length: 100 }, (_, index) => `policy-${index}`);
	for (const delays of [
		policies.map((policy) => delayOf(policy, 0)),
		policies.map((_, night) => delayOf("office", night)),
	]) {
		assert.ok(delays.every((delay) => delay >= 0 && delay < HOUR));
		const quarters = [0, 1, 2, 3].map(
			(quarter) => delays.filter((each) => Math.floor(each / (HOUR / 4)) === quarter).length,
		);
		assert.ok(
			quarters.every((count) => count > 10),
			`${quarters}`,
		);
	}
	assert.deepEqual(
		policies.map((policy) => delayOf(policy, 0)),
		policies.map((policy) => delayOf(policy, 0)),
	);
});
