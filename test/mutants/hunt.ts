// Plays scenarios until a promise is broken; prints what caught it as JSON. The seeds are fixed: the same mutant, the same hunt.
import fc from "fast-check";
import { type Act, courses, decideAgain } from "../plan/again.ts";
import { play } from "../sim/play.ts";
import { type Scenario, scenarios } from "../sim/scenario.ts";

const [runs = "1000"] = process.argv.slice(2);
const SEED = 20_261_123;

/** One of so many is a course in which every decision is taken twice: they take longer. */
const AGAIN_EVERY = 25;

interface Draw {
	readonly scenario: Scenario;
	readonly course: readonly Act[] | undefined;
}

/** Drawn as they are needed: most mutants are caught within the first. */
function* draws(): Generator<Draw> {
	for (let drawn = 0; drawn < Number(runs); drawn += AGAIN_EVERY) {
		const seed = SEED + drawn;
		const [course] = fc.sample(courses, { numRuns: 1, seed });
		const numRuns = Math.min(AGAIN_EVERY, Number(runs) - drawn);
		for (const [index, scenario] of fc.sample(scenarios, { numRuns, seed }).entries())
			yield { scenario, course: index === 0 ? course : undefined };
	}
}

function broken({ scenario, course }: Draw): Error | null {
	try {
		for (const _ of course ? decideAgain(course) : []);
		return play(scenario).broken;
	} catch {
		return new Error("what is decided again is the same");
	}
}

let played = 0;
let caughtBy: string | null = null;
for (const draw of draws()) {
	played += 1;
	const error = broken(draw);
	if (!error) continue;
	caughtBy = error.message.split(":")[0] ?? "";
	break;
}
process.stdout.write(JSON.stringify({ played, caughtBy }));
