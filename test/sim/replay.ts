// Plays a kept scenario again and prints its journal: node test/run.mjs test/sim/replay.ts FILE
import { stepLine } from "../plan/fleet-of.ts";
import { readKept } from "./kept.ts";
import { play } from "./play.ts";

const [file] = process.argv.slice(2);
if (file === undefined) {
	process.stderr.write("Which scenario? Give the file that the failing test has named.\n");
	process.exit(64);
}
const { broken, journal } = play(readKept(file).scenario);
for (const event of journal) {
	const { kind, at, ...rest } = event;
	const what = "step" in event ? stepLine(event.step) : JSON.stringify({ ...rest, policy: undefined });
	const came = kind === "StepFinished" ? ` -> ${JSON.stringify(event.outcome)}` : "";
	process.stdout.write(`${new Date(at).toISOString()} ${kind} ${what}${came}\n`);
}
process.stdout.write(broken ? `BROKEN ${broken.message}\n` : "Every promise was kept.\n");
process.exit(broken ? 1 : 0);
