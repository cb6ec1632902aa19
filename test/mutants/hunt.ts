// Plays scenarios until a promise is broken; prints what caught it as JSON. The seed is fixed: the same mutant, the same hunt.
import fc from "fast-check";
import { play } from "../sim/play.ts";
import { scenarios } from "../sim/scenario.ts";

const [runs = "1000"] = process.argv.slice(2);
const SEED = 20_261_123;

let played = 0;
let caughtBy: string | null = null;
for (const scenario of fc.sample(scenarios, { numRuns: Number(runs), seed: SEED })) {
	played += 1;
	const { broken } = play(scenario);
	if (!broken) continue;
	caughtBy = broken.message.split(":")[0] ?? "";
	break;
}
process.stdout.write(JSON.stringify({ played, caughtBy }));
