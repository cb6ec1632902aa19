import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { keepFailure, regressions } from "./kept.ts";
import { type Played, play, VIRTUAL_MS } from "./play.ts";
import { type Scenario, scenarios } from "./scenario.ts";

const DAY = 86_400_000;
/** More of them: FLEETSEED_SIM_RUNS=20000. Others: FLEETSEED_SIM_SEED=1234, or `random`; by itself every run plays the same ones. */
const RUNS = Number(process.env.FLEETSEED_SIM_RUNS ?? 1_000);
const WANTED = process.env.FLEETSEED_SIM_SEED ?? "20261123";
const SEED = WANTED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(WANTED);

/** Every promise that some scenario has to put to the test; that one was not checked at all would go unnoticed otherwise. */
const PROMISED = 43;

test(`${RUNS} fleets that go through whatever may happen keep every promise`, (t) => {
	const sum = new Sum();
	const check = fc.check(
		fc.property(scenarios, (scenario) => {
			const played = play(scenario);
			sum.add(played);
			if (played.broken) throw played.broken;
		}),
		{ numRuns: RUNS, seed: SEED, endOnFailure: false },
	);
	t.diagnostic(`seed ${SEED}: ${sum.line(RUNS)}`);
	for (const [promise, times] of sum.tally) t.diagnostic(`${String(times).padStart(9)}  ${promise}`);
	if (check.failed) report(check.seed, check.counterexample?.[0]);
	assert.ok(sum.tally.size >= PROMISED, `only ${sum.tally.size} promises were put to the test`);
});

/** The smallest scenario that still breaks it, kept where it can be played again. */
function report(seed: number, scenario: Scenario | undefined): never {
	if (!scenario) throw new Error(`seed ${seed}: no counterexample`);
	const file = keepFailure(join(tmpdir(), "fleetseed-sim"), { scenario, played: play(scenario) });
	const again = `node test/run.mjs test/sim/replay.ts ${file}`;
	throw new Error(`${play(scenario).broken?.message}\nseed ${seed}; play it again: ${again}`);
}

class Sum {
	readonly tally = new Map<string, number>();
	decisions = 0;

	add({ decisions, tally }: Played): void {
		this.decisions += decisions;
		for (const [promise, times] of tally) this.tally.set(promise, (this.tally.get(promise) ?? 0) + times);
	}

	line(runs: number): string {
		const checks = [...this.tally.values()].reduce((sum, times) => sum + times, 0);
		const days = Math.round((runs * VIRTUAL_MS) / DAY);
		const [decisions, days_, checks_] = [this.decisions, days, checks].map((each) => each.toLocaleString("en"));
		return `${runs} runs, ${decisions} decisions, ${days_} virtual days, ${this.tally.size} promises checked ${checks_} times`;
	}
}

for (const [name, { why, scenario }] of regressions()) {
	test(`no more, ${name}: ${why}`, () => {
		assert.equal(play(scenario).broken, null);
	});
}
