import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { must } from "../../lab/command.ts";
import { waitFor } from "../../lab/wait.ts";
import type { Figure } from "../figures.ts";
import { watchCopy } from "./copy-out.ts";
import { FLEETSEED, type FleetseedRace } from "./fleetseed.ts";
import type { Host } from "./host.ts";
import { readMetainfo } from "./metainfo.ts";
import { type RaceResult, type Running, run, type Stage } from "./race.ts";
import { type Standing, standingOf } from "./standing.ts";
import type { Trial, TrialOptions } from "./trial.ts";

const LOOK_MS = 500;
const COPY_OUT_MS = 10 * 60_000;

interface Cut {
	readonly atSeconds: number;
	/** What the source had sent by then, of the package. */
	readonly sourceMultiple: number;
	readonly stillOnTheirWay: number;
}

/** The machines hold one copy together, and the source's port answers no more, but its tracker does: late ones come and are served by the others. */
export async function comeLate({ stage, undisturbed }: TrialOptions, count: number): Promise<Trial> {
	const late = stage.lan.machines.slice(-count);
	const { result, standing, cut } = await raceUntilCut(stage, {
		late,
		floor: undisturbed.floorSeconds,
		sever: cutPort,
	});
	const isLate = ({ name }: { name: string }) => late.some((host) => host.name === name);
	const done = result.machines.filter(({ seconds, isVerified }) => seconds !== null && isVerified);
	const lateSeconds = Math.max(0, ...done.filter(isLate).map(({ seconds }) => seconds ?? 0));
	return {
		name: "late",
		standing,
		seen: { ...cut, lateSeconds },
		figures: [
			{ what: "sent by the source until its port was cut off", value: cut.sourceMultiple, unit: "x" },
			{
				what: "machines that had all before, or got the rest from each other",
				value: done.filter((machine) => !isLate(machine)).length,
				unit: "machines",
				atLeast: stage.lan.machines.length - count,
			},
			{ what: "... of which were still on their way", value: cut.stillOnTheirWay, unit: "machines" },
			{
				what: `late machines served without the source, the last after ${lateSeconds.toFixed(1)} s`,
				value: done.filter(isLate).length,
				unit: "machines",
				atLeast: count,
			},
		],
	};
}

/** The controller's cable is cut, tracker and all, once the machines hold one copy together. */
export async function loseController({ stage, undisturbed }: TrialOptions): Promise<Trial> {
	const { result, standing, cut } = await raceUntilCut(stage, {
		late: [],
		floor: undisturbed.floorSeconds,
		sever: cutCable,
	});
	const done = result.machines.filter(({ seconds, isVerified }) => seconds !== null && isVerified);
	return {
		name: "cut",
		standing,
		seen: cut,
		figures: finishedWithout(cut, {
			machines: stage.lan.machines.length,
			done: done.length,
			seconds: standing.seconds,
		}),
	};
}

/** To have finished before the cut would show nothing. */
export function finishedWithout(
	{ sourceMultiple, stillOnTheirWay }: Pick<Cut, "sourceMultiple" | "stillOnTheirWay">,
	{ machines, done, seconds }: { readonly machines: number; readonly done: number; readonly seconds: number },
): readonly Figure[] {
	const what = `machines that finished without the controller, the last after ${seconds.toFixed(1)} s`;
	return [
		{ what: "sent by the source until its cable was cut", value: sourceMultiple, unit: "x" },
		{ what: "machines still on their way then", value: stillOnTheirWay, unit: "machines", atLeast: 1 },
		{ what, value: done, unit: "machines", atLeast: machines },
	];
}

interface CutOptions {
	readonly late: readonly Host[];
	readonly floor: number;
	readonly sever: (stage: Stage, race: FleetseedRace) => Promise<() => Promise<void>>;
}

async function raceUntilCut(
	stage: Stage,
	{ late, floor, sever }: CutOptions,
): Promise<{ result: RaceResult; standing: Standing; cut: Cut }> {
	const { lan, payload } = stage;
	let cut: Cut = { atSeconds: Number.NaN, sourceMultiple: Number.NaN, stillOnTheirWay: 0 };
	let mend: () => Promise<void> = async () => undefined;
	const during = async (running: Running<FleetseedRace>) => {
		const startedAt = performance.now();
		await untilCopyIsOut(stage, running);
		const sent = await running.race.sentBytes();
		cut = {
			atSeconds: (performance.now() - startedAt) / 1000,
			sourceMultiple: sent / payload.sizeBytes,
			stillOnTheirWay: running.entrants.filter(({ isComplete }) => !isComplete()).length,
		};
		mend = await sever(stage, running.race);
		await running.start(late);
	};
	const machines = lan.machines.filter((host) => !late.includes(host));
	try {
		const result = await run(stage, FLEETSEED, { machines, late, floor, during });
		return { result, cut, standing: standingOf(result, { sizeBytes: payload.sizeBytes, sourceRate: lan.source.rate }) };
	} finally {
		await mend();
	}
}

async function untilCopyIsOut({ payload, signal }: Stage, { race, entrants }: Running<FleetseedRace>): Promise<void> {
	const [first] = entrants;
	if (!first) return;
	const { pieceBytes } = readMetainfo(await readFile(race.torrentOf(first.host)));
	const copy = await watchCopy(payload, { pieceBytes });
	const folders = entrants.map(({ file }) => dirname(file));
	const isOut = async () => (copy.look(folders) < 1 ? null : true);
	await waitFor(isOut, { what: "one copy is out", timeoutMs: COPY_OUT_MS, intervalMs: LOOK_MS, signal });
}

/** Nothing leaves the source's port any more; whoever is connected hears nothing, as from a machine that was switched off. */
export async function cutPort({ lan }: Stage, { ports }: FleetseedRace): Promise<() => Promise<void>> {
	const rule = ["ipproto", "tcp", "sport", String(ports.peer), "blackhole", "priority", "1"];
	await must([...lan.source.enter, "ip", "rule", "add", ...rule]);
	return async () => {
		await must([...lan.source.enter, "ip", "rule", "delete", ...rule]);
	};
}

async function cutCable({ lan }: Stage): Promise<() => Promise<void>> {
	const set = [...lan.source.enter, "ip", "link", "set", "eth0"];
	await must([...set, "down"]);
	return async () => {
		await must([...set, "up"]);
	};
}
