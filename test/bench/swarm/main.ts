// npm run bench:swarm -- [options]: how fast a package reaches a LAN of machines, beside others and what physics allows.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Footprint } from "../../lab/footprint.ts";
import { ensureHostPackages } from "../../lab/host-packages.ts";
import { stopOnSignals } from "../../lab/stop-on-signals.ts";
import { type Figure, isMet } from "../figures.ts";
import { describeMachine } from "../machine.ts";
import { showFigures } from "../show.ts";
import { readArguments, type SwarmArguments, USAGE } from "./arguments.ts";
import { floorSeconds } from "./floor.ts";
import { raiseLan } from "./lan.ts";
import { makePayload } from "./payload.ts";
import { racePromises } from "./promises.ts";
import { run, type Stage } from "./race.ts";
import { showStandings } from "./show-standings.ts";
import { medianStanding, type Standing, standingOf } from "./standing.ts";
import { SYSTEMS } from "./systems.ts";

const log = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
	const wanted = readWanted();
	if (wanted === null) return 2;
	if (process.getuid?.() !== 0) {
		log("The benchmark makes network namespaces: run it as root (sudo npm run bench:swarm).");
		return 2;
	}
	const signal = stopOnSignals();
	const footprint = Footprint.create();
	try {
		const stage = await raise(footprint, wanted, signal);
		return await report(stage, wanted);
	} catch (error) {
		const reason = signal.aborted ? signal.reason : error;
		log(`the benchmark stops: ${reason instanceof Error ? reason.stack : String(reason)}`);
		return 1;
	} finally {
		await footprint.erase();
	}
}

function readWanted(): SwarmArguments | null {
	try {
		return readArguments(process.argv.slice(2));
	} catch (error) {
		log(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
		return null;
	}
}

async function raise(footprint: Footprint, wanted: SwarmArguments, signal: AbortSignal): Promise<Stage> {
	for (const left of Footprint.left()) {
		log(`sweeping up after ${left.id}, which was killed`);
		await left.erase();
	}
	await ensureHostPackages(
		{ log, signal },
		wanted.only.flatMap((name) => SYSTEMS[name].packages),
	);
	const lan = await raiseLan(footprint, wanted);
	const payload = await makePayload(join(footprint.folder, "payload"), wanted.sizeBytes);
	return { lan, payload, footprint, signal, agent: wanted.agent, log };
}

async function report(stage: Stage, wanted: SwarmArguments): Promise<number> {
	const races = await raceAll(stage, wanted);
	const standings = races.map(medianStanding);
	const figures: readonly Figure[] = racePromises(standings, wanted);
	const missed = figures.filter((figure) => isMet(figure) === false).length;
	const { out, json, ...settings } = wanted;
	const told = {
		benchmark: "swarm",
		machine: describeMachine(),
		settings,
		floorSeconds: standings[0]?.floorSeconds,
		standings,
		races,
		figures: figures.map((figure) => ({ ...figure, isMet: isMet(figure) })),
		missed,
	};
	const text = `${JSON.stringify(told, null, "\t")}\n`;
	writeFileSync(out, text);
	if (json) process.stdout.write(text);
	else {
		showStandings(races);
		showFigures(figures);
	}
	log(`The figures are in ${out}.`);
	return missed === 0 ? 0 : 1;
}

/** By system, every race of it. They take turns, so that a busy minute does not fall on one of them alone. */
async function raceAll(stage: Stage, { only, repeat, sizeBytes }: SwarmArguments): Promise<readonly Standing[][]> {
	const { source, machines } = stage.lan;
	const sourceRate = source.rate;
	const floor = floorSeconds(sizeBytes, { source: sourceRate, peers: machines.map(({ rate }) => rate) });
	log(`${machines.length} machines, ${sizeBytes} bytes; the floor is ${floor.toFixed(2)} s`);
	const races: Standing[][] = only.map(() => []);
	for (let turn = 0; turn < repeat; turn += 1)
		for (const [index, name] of only.entries()) {
			const standing = standingOf(await run(stage, SYSTEMS[name], { machines, floor }), { sizeBytes, sourceRate });
			log(`${name}: ${standing.seconds.toFixed(1)} s, ${standing.timesFloor.toFixed(2)} x the floor`);
			races[index]?.push(standing);
		}
	return races;
}

process.exit(await main());
