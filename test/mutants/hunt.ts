// Plays scenarios until a promise is broken; prints what caught it as JSON. The seed is fixed: the same mutant, the same hunt.
import fc from "fast-check";
import { courses, decideAgain } from "../plan/again.ts";
import { play } from "../sim/play.ts";
import { type Scenario, scenarios } from "../sim/scenario.ts";

const [runs = "1000"] = process.argv.slice(2);
const SEED = 20_261_123;

/** One of so many is a course in which every decision is taken twice: they take longer. */
const AGAIN_EVERY = 25;

function broken(scenario: Scenario, index: number): Error | null {
	const course = index % AGAIN_EVERY === 0 ? twice[index / AGAIN_EVERY] : undefined;
	try {
		for (const _ of course ? decideAgain(course) : []);
		return play(scenario).broken;
	} catch {
		return new Error("what is decided again is the same");
	}
}

const numRuns = Number(runs);
const twice = fc.sample(courses, { numRuns: Math.ceil(numRuns / AGAIN_EVERY), seed: SEED });
let played = 0;
let caughtBy: string | null = null;
for (const [index, scenario] of fc.sample(scenarios, { numRuns, seed: SEED }).entries()) {
	played += 1;
	const error = broken(scenario, index);
	if (!error) continue;
	caughtBy = error.message.split(":")[0] ?? "";
	break;
}
process.stdout.write(JSON.stringify({ played, caughtBy }));
