import { randomInt } from "node:crypto";
import { type LabArguments, readArguments, type ScenarioName, USAGE } from "./arguments.ts";
import { buildDebianPackage, type DebianPackage } from "./debian-package.ts";
import { Footprint } from "./footprint.ts";
import { type Lab, raiseLab } from "./lab.ts";
import { type BrokenOff, failuresOf, holds, renderResult, type ScenarioResult } from "./result.ts";
import { runScenario } from "./scenarios.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

const LAB_MS = 45 * 60_000;
const log = (line: string) => process.stderr.write(`${line}\n`);

type Played = ScenarioResult | BrokenOff;

/** `npm run lab`: the whole job on real machines; exit 0 only when every claim holds, and nothing is left behind either way. */
async function main(): Promise<number> {
	const wanted = readWanted();
	if (wanted === null) return 2;
	if (process.getuid?.() !== 0) {
		log("The lab makes network namespaces and boots machines: run it as root (sudo npm run lab).");
		return 2;
	}
	const stop = stopOnSignals();
	const signal = AbortSignal.any([stop, AbortSignal.timeout(LAB_MS)]);
	const footprints = Array.from({ length: Math.min(wanted.labs, wanted.scenarios.length) }, () => Footprint.create());
	try {
		const results = await playAll(await raiseLabs(footprints, wanted, signal), wanted);
		console.log(render(wanted, results));
		for (const failure of failuresOf(results)) log(failure);
		return results.every(holds) ? 0 : 1;
	} catch (error) {
		const reason = signal.aborted ? signal.reason : error;
		log(`the lab stops: ${reason instanceof Error ? reason.message : String(reason)}`);
		return 1;
	} finally {
		for (const footprint of footprints) {
			if (wanted.keep)
				log(`kept: ${footprint.folder} and the namespaces ${footprint.namespace("*")}; the next run sweeps them`);
			else await footprint.erase();
		}
	}
}

/** One after the other: the first makes what all of them use. */
async function raiseLabs(footprints: readonly Footprint[], wanted: LabArguments, signal: AbortSignal) {
	let building: Promise<DebianPackage> | undefined;
	const buildPackage = () => {
		building ??= buildDebianPackage(log, signal);
		return building;
	};
	const options = { wanted, log, signal, ...(wanted.scenarios.includes("package") ? { buildPackage } : {}) };
	const labs: Lab[] = [];
	for (const footprint of footprints) labs.push(await raiseLab(footprint, options));
	return labs;
}

/** Each lab plays what no other has begun. The results are in the order of the scenarios. */
async function playAll(labs: readonly Lab[], { scenarios }: LabArguments): Promise<readonly Played[]> {
	const waiting = [...scenarios];
	const played = new Map<ScenarioName, Played>();
	const playIn = async (lab: Lab) => {
		for (let name = waiting.shift(); name; name = waiting.shift()) played.set(name, await play(lab, name));
	};
	await Promise.all(labs.map(playIn));
	return scenarios.flatMap((name) => played.get(name) ?? []);
}

function readWanted(): LabArguments | null {
	try {
		return readArguments(process.argv.slice(2), randomInt(2 ** 32));
	} catch (error) {
		log(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
		return null;
	}
}

/** A scenario that could not be played to its end takes nothing from the others. */
async function play(standing: Lab, name: ScenarioName): Promise<Played> {
	const { wanted } = standing;
	const lab: Lab = wanted.labs === 1 ? standing : { ...standing, log: (line) => log(`${name.padEnd(9)}${line}`) };
	try {
		return await runScenario(lab, name, lab.wanted.seed);
	} catch (error) {
		if (lab.signal.aborted) throw error;
		log(`${name} broke off: ${error instanceof Error ? error.stack : String(error)}`);
		return { scenario: name, error: error instanceof Error ? error.message : String(error) };
	}
}

/** Several scenarios: the figures of the first, and each one's result in `scenarios`. */
function render({ json, scenario }: LabArguments, results: readonly Played[]): string {
	if (!json) return results.map(renderResult).join("\n\n");
	const [first] = results;
	const ok = results.every(holds);
	if (results.length === 1) return JSON.stringify({ ...first, ok });
	const seconds = Math.round(results.reduce((sum, each) => sum + ("seconds" in each ? each.seconds : 0), 0) * 10) / 10;
	return JSON.stringify({ ...first, scenario, seconds, ok, scenarios: results });
}

// Kept machines are children of this process and would hold it up.
process.exit(await main());
