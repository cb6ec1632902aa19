// npm run bench:swarm -- [options]: how fast a package reaches a LAN of machines, beside others and what physics allows.
import { join } from "node:path";
import type { Footprint } from "../../lab/footprint.ts";
import { ensureHostPackages } from "../../lab/host-packages.ts";
import type { Figure } from "../figures.ts";
import { onFootprint } from "../on-footprint.ts";
import { publish } from "../publish.ts";
import { agentAt } from "./agent.ts";
import { readArguments, type SwarmArguments, USAGE } from "./arguments.ts";
import { bootFigure } from "./boot.ts";
import { comeLate, loseController } from "./cut-off.ts";
import { floorSeconds } from "./floor.ts";
import { killSome } from "./killed.ts";
import { raiseLan } from "./lan.ts";
import { lieToAll } from "./lied-to.ts";
import { makePayload } from "./payload.ts";
import { racePromises } from "./promises.ts";
import { run, type Stage } from "./race.ts";
import { robAll } from "./robbed.ts";
import { showStandings } from "./show-standings.ts";
import { leaveSlowOut } from "./slow-left-out.ts";
import { medianStanding, type Standing, standingOf } from "./standing.ts";
import { freshRate, joinStrangers, STRANGERS } from "./strangers.ts";
import { SYSTEMS } from "./systems.ts";
import type { Trial, TrialOptions } from "./trial.ts";

const log = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
	const wanted = readWanted();
	if (wanted === null) return 2;
	if (process.getuid?.() !== 0) {
		log("The benchmark makes network namespaces: run it as root (sudo npm run bench:swarm).");
		return 2;
	}
	return onFootprint(async (footprint, signal) => report(await raise(footprint, wanted, signal), wanted));
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
	const strangers = wanted.hasStrangers ? STRANGERS : [];
	const programs = [...wanted.only.map((name) => SYSTEMS[name]), ...strangers];
	await ensureHostPackages(
		{ log, signal },
		programs.flatMap(({ packages }) => packages),
	);
	const lan = await raiseLan(footprint, {
		...wanted,
		...(wanted.hasStrangers ? { lastGuestRate: freshRate(wanted.sizeBytes) } : {}),
	});
	const payload = await makePayload(join(footprint.folder, "payload"), wanted.sizeBytes);
	const agent = await agentAt(wanted.agent, footprint.folder);
	return { lan, payload, footprint, signal, agent, log };
}

async function report(stage: Stage, wanted: SwarmArguments): Promise<number> {
	const boot = wanted.only.includes("fleetseed") ? [await bootFigure(stage.agent)] : [];
	const races = await raceAll(stage, wanted);
	const standings = races.map(medianStanding);
	const trials = await tryAll(stage, wanted, standings);
	const tried = trials.flatMap((trial) => trial.figures);
	const figures: readonly Figure[] = [...racePromises(standings, wanted), ...boot, ...tried];
	const { out, json, ...settings } = wanted;
	const more = { settings, floorSeconds: standings[0]?.floorSeconds, standings, races, trials };
	return publish({ benchmark: "swarm", figures, more, show: () => showStandings(races, trials) }, { out, json });
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

/** Fleetseed alone, disturbed in each way that is wanted. */
async function tryAll(stage: Stage, wanted: SwarmArguments, standings: readonly Standing[]): Promise<readonly Trial[]> {
	const undisturbed = standings.find(({ system }) => system === "fleetseed");
	if (!undisturbed) return [];
	const options: TrialOptions = { stage, undisturbed };
	const ways: (() => Promise<Trial>)[] = [
		...(wanted.groups.length > 1 ? [() => leaveSlowOut(options)] : []),
		...(wanted.killShare > 0 ? [() => killSome(options, wanted.killShare)] : []),
		...(wanted.late > 0 ? [() => comeLate(options, wanted.late), () => loseController(options)] : []),
		...(wanted.hasLiar ? [() => lieToAll(options)] : []),
		...(wanted.hasStrangers ? [() => joinStrangers(options)] : []),
		...(wanted.outsiderSeconds > 0 ? [() => robAll(options, wanted.outsiderSeconds)] : []),
	];
	const trials: Trial[] = [];
	for (const way of ways) {
		const trial = await way();
		log(`${trial.name}: ${trial.standing.seconds.toFixed(1)} s`);
		trials.push(trial);
	}
	return trials;
}

process.exit(await main());
