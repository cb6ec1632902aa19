import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { courses, decideAgain } from "./again.ts";

/** More of them: FLEETSEED_AGAIN_RUNS=1000; others: FLEETSEED_AGAIN_SEED=1234. */
const RUNS = Number(process.env.FLEETSEED_AGAIN_RUNS ?? 15);
const SEED = Number(process.env.FLEETSEED_AGAIN_SEED ?? 20_261_126);

test("what is decided after an event, a wake or a clock that was set is what somebody decides who remembers nothing", (t) => {
	const reasons = new Set<string>();
	let decisions = 0;
	fc.assert(
		fc.property(courses, (course) => {
			for (const { held } of decideAgain(course)) {
				decisions += 1;
				for (const { reason } of held) reasons.add(reason.kind);
			}
		}),
		{ numRuns: RUNS, seed: SEED },
	);
	t.diagnostic(`seed ${SEED}: ${decisions} decisions taken twice, with ${reasons.size} kinds of reasons`);
	assert.ok(decisions > 60 * RUNS, `${decisions} decisions`);
	assert.ok(reasons.size >= 18, `only ${[...reasons].join(", ")}`);
});
