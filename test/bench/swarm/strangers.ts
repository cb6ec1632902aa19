import { dirname } from "node:path";
import type { Figure } from "../figures.ts";
import { ARIA2_STRANGER } from "./aria2-stranger.ts";
import { cutPort } from "./cut-off.ts";
import { FLEETSEED, type FleetseedRace } from "./fleetseed.ts";
import type { Host } from "./host.ts";
import { meter } from "./lan.ts";
import { sha256Of } from "./payload.ts";
import { QBITTORRENT } from "./qbittorrent.ts";
import { type RaceResult, type Running, run, type Stage } from "./race.ts";
import { type Standing, standingOf } from "./standing.ts";
import { type Stranger, startStranger } from "./stranger.ts";
import type { Runner } from "./system.ts";
import { TRANSMISSION } from "./transmission.ts";
import type { Trial } from "./trial.ts";

export const STRANGERS: readonly Stranger[] = [TRANSMISSION, QBITTORRENT, ARIA2_STRANGER];

/** Of the package: what the tracker answers meanwhile. */
const SOURCE_SHARE = 0.05;
/** What each has to bring of the package at least: more than greetings. */
const LEAST_BYTES = 32 * 1024;
const FRESH_SECONDS = 15;

interface Guest {
	readonly name: string;
	readonly host: Host;
	/** Until all of the package was there, and was what it should be; null: never. */
	readonly seconds: number | null;
}

interface Served {
	/** What left each one's cable while a fresh machine had nobody else, headers included. */
	readonly sentBytes: readonly number[];
	readonly sourceBytes: number;
}

export interface StrangersOptions {
	readonly stage: Stage;
	readonly undisturbed: Pick<Standing, "floorSeconds">;
}

/**
 * Clients that are not ours complete from a swarm of ours; then the source's port is cut off, our own complete machines are killed,
 * and a fresh machine of ours gets everything from the strangers.
 */
export async function joinStrangers({ stage, undisturbed }: StrangersOptions): Promise<Trial> {
	const { lan, payload } = stage;
	const { ours, theirs, fresh } = placesOf(stage);
	let guests: readonly Guest[] = [];
	let served: Served = { sentBytes: [], sourceBytes: Number.NaN };
	let mend: () => Promise<void> = async () => undefined;
	const during = async (running: Running<FleetseedRace>) => {
		guests = await completeAll(stage, running, theirs);
		mend = await leaveAlone(stage, running);
		served = await feed(stage, running, { fresh, theirs });
	};
	try {
		const late = [...theirs, fresh];
		const result = await run(stage, FLEETSEED, { machines: ours, late, floor: undisturbed.floorSeconds, during });
		const standing = standingOf(result, { sizeBytes: payload.sizeBytes, sourceRate: lan.source.rate });
		const figures = figuresOf({ guests, served, result, sizeBytes: payload.sizeBytes });
		return { name: "strangers", standing, seen: { guests: guests.map(({ host, ...seen }) => seen), served }, figures };
	} finally {
		await mend();
	}
}

/** The rate of a cable over which the package takes so long that each stranger gets its turn: they choke newcomers for up to 10 s. */
export function freshRate(sizeBytes: number): string {
	return `${Math.ceil((sizeBytes * 8) / FRESH_SECONDS / 1000)}kbit`;
}

/** The last two machines and a guest's cable are the strangers'; the fresh machine is at the last guest's, which is slow. */
function placesOf({ lan: { machines, guests } }: Stage) {
	const [more, , fresh] = guests;
	if (!fresh || !more) throw new Error("the LAN has no cables for guests");
	return { ours: machines.slice(0, -2), theirs: [...machines.slice(-2), more], fresh };
}

async function completeAll(
	stage: Stage,
	{ race, untilOver }: Running<FleetseedRace>,
	hosts: readonly Host[],
): Promise<readonly Guest[]> {
	const { payload, footprint, signal } = stage;
	const completed = STRANGERS.map(async (stranger, index): Promise<Guest> => {
		const host = hosts[index] as Host;
		const startedAt = performance.now();
		const torrent = race.torrentOf(host);
		const place = { host, torrent, folder: dirname(torrent), sha256: payload.sha256 };
		const runner = await startStranger(stranger, place, { footprint, signal });
		const at = await momentOf(runner, stage);
		const isRight = at !== null && (await sha256Of(runner.file)) === payload.sha256;
		return { name: stranger.name, host, seconds: isRight ? (at - startedAt) / 1000 : null };
	});
	const guests = await Promise.all(completed);
	await untilOver();
	return guests;
}

function momentOf({ completed, program }: Runner, { log, signal }: Stage): Promise<number | null> {
	return completed.catch((error: Error) => {
		if (!signal.aborted) log(`${error.message}: ${program.lastWords}`);
		return null;
	});
}

/** The strangers are the only ones left who have the package; the tracker is there. */
async function leaveAlone(
	stage: Stage,
	{ race, entrants, kill }: Running<FleetseedRace>,
): Promise<() => Promise<void>> {
	const mend = await cutPort(stage, race);
	await Promise.all(entrants.map(kill));
	return mend;
}

async function feed(
	{ lan }: Stage,
	{ start, untilOver }: Running<FleetseedRace>,
	{ fresh, theirs }: { fresh: Host; theirs: readonly Host[] },
): Promise<Served> {
	const counted = await meter(lan);
	await start([fresh]);
	await untilOver();
	const passed = await counted();
	return {
		sentBytes: theirs.map((host) => passed(host).sentBytes),
		sourceBytes: passed(lan.source).sentBytes,
	};
}

function figuresOf({
	guests,
	served,
	result: { machines },
	sizeBytes,
}: {
	guests: readonly Guest[];
	served: Served;
	result: RaceResult;
	sizeBytes: number;
}): readonly Figure[] {
	const done = guests.filter(({ seconds }) => seconds !== null);
	const times = guests.map(({ name, seconds }) => `${name} ${seconds === null ? "never" : `${seconds.toFixed(1)} s`}`);
	const fed = machines.filter(({ seconds, isVerified }) => seconds !== null && isVerified);
	const after = fed[0]?.seconds?.toFixed(1) ?? "";
	return [
		{
			what: `strangers that completed from our swarm: ${times.join(", ")}`,
			value: done.length,
			unit: "machines",
			atLeast: STRANGERS.length,
		},
		{
			what: `fresh machines served by strangers alone${after && `, after ${after} s`}`,
			value: fed.length,
			unit: "machines",
			atLeast: 1,
		},
		...guests.map(
			({ name }, index): Figure => ({
				what: `sent meanwhile by ${name}`,
				value: served.sentBytes[index] ?? 0,
				unit: "bytes",
				atLeast: LEAST_BYTES,
			}),
		),
		{
			what: "left the source's cable meanwhile, of the package",
			value: served.sourceBytes / sizeBytes,
			unit: "x",
			atMost: SOURCE_SHARE,
		},
	];
}
