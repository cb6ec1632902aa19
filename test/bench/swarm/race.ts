import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { emptyNamespace, type Footprint } from "../../lab/footprint.ts";
import type { Counters } from "../../lab/network.ts";
import { sumOfUsage, type Usage, usageOf } from "../../lab/processes.ts";
import { watchBusy } from "../machine.ts";
import type { Agent } from "./agent.ts";
import type { Host } from "./host.ts";
import { type Lan, meter } from "./lan.ts";
import { sha256Of } from "./payload.ts";
import type { Payload, Race, Runner, System } from "./system.ts";

export interface Stage {
	readonly lan: Lan;
	readonly payload: Payload;
	readonly footprint: Footprint;
	readonly signal: AbortSignal;
	readonly agent: Agent;
	readonly log: (line: string) => void;
}

export interface MachineResult {
	readonly name: string;
	readonly rate: number;
	/** From its start until the file was there; null: it was not there in time. */
	readonly seconds: number | null;
	/** Whether what is there has the SHA-256 of the payload. */
	readonly isVerified: boolean;
	/** In and out, headers included. */
	readonly movedBytes: number;
	readonly cpuSeconds: number;
}

/** From the start on. */
export interface SourceUsage extends Usage {
	/** Before that: it came up, and made its torrent. */
	readonly preparedCpuSeconds: number;
}

export interface RaceResult {
	readonly system: string;
	/** Without those that were killed. */
	readonly machines: readonly MachineResult[];
	readonly source: SourceUsage & Counters;
	/** Bytes of the package that the source sent, by its own count. */
	readonly sentPayloadBytes: number | null;
	/** Of all cores, by whomever: near 100 it was the processor that set the time, not the cables. */
	readonly busyPercent: number;
}

export interface Entrant extends Runner {
	readonly startedAt: number;
	readonly isComplete: () => boolean;
}

/** A race that is being run: whoever disturbs it may kill entrants or bring new ones. */
export interface Running<R extends Race = Race> {
	readonly race: R;
	readonly entrants: readonly Entrant[];
	start(machines: readonly Host[]): Promise<void>;
	kill(entrant: Entrant): Promise<void>;
	/** Resolves when each entrant is complete or has ended, or all patience is over. */
	untilOver(): Promise<void>;
}

export interface RaceOptions<R extends Race> {
	readonly machines: readonly Host[];
	/** Those that are known from the beginning and start later. */
	readonly late?: readonly Host[];
	/** Seconds that physics asks for; after many times as long it is given up. */
	readonly floor: number;
	readonly during?: (running: Running<R>) => Promise<void>;
}

/** nginx, which sends each machine a copy of its own, needs as many floors as there are machines, and some more for headers. */
const PATIENCE_FLOORS = 30;
const FLOORS_FOR_EACH = 1.2;
const PATIENCE_SECONDS = 60;
const LOOK_MS = 1_000;

/** One system brings the payload to the machines once; from the moment the start is given. */
export async function run<R extends Race>(
	stage: Stage,
	system: System<R>,
	options: RaceOptions<R>,
): Promise<RaceResult> {
	const { lan, footprint } = stage;
	const races = join(footprint.folder, "races");
	await mkdir(races, { recursive: true });
	const folder = await mkdtemp(join(races, "race-"));
	const machines = [...options.machines, ...(options.late ?? [])];
	try {
		const race = await system.prepare({ ...stage, source: lan.source, machines, folder });
		return { system: system.name, ...(await measure(stage, race, options)) };
	} finally {
		await footprint.killNoted();
		for (const { link } of [lan.source, ...lan.machines, ...lan.guests]) if (link) await emptyNamespace(link.namespace);
		await rm(folder, { recursive: true, force: true });
	}
}

async function measure<R extends Race>(
	{ lan, signal, payload, log }: Stage,
	race: R,
	{ machines, floor, during }: RaceOptions<R>,
): Promise<Omit<RaceResult, "system">> {
	const counted = await meter(lan);
	const deadline = AbortSignal.any([signal, AbortSignal.timeout(patienceMs(floor, machines.length))]);
	const { running, left } = runningOf(race, deadline);
	const busy = watchBusy();
	const sourceUsage = watchUsage(() => race.sourcePids);
	await running.start(machines);
	await untilAborted(signal, during?.(running));
	const seconds = await Promise.all(left().map((entrant) => secondsOf(entrant, { deadline, stopped: signal, log })));
	signal.throwIfAborted();
	// Only now, when all are done: an entrant that is complete goes on working for the others.
	const used = left().map(({ program }) => program.usage().cpuSeconds);
	const usage = sourceUsage();
	const busyPercent = busy();
	const passed = await counted();
	const sentPayloadBytes = (await race.sentBytes?.().catch(() => null)) ?? null;
	await race.stop();
	const source = { ...usage, ...passed(lan.source) };
	const results = left().map(async ({ host, file }, index) => ({
		...{ name: host.name, rate: host.rate, seconds: seconds[index] ?? null, cpuSeconds: used[index] ?? 0 },
		...{ isVerified: (await sha256Of(file)) === payload.sha256, movedBytes: moved(passed(host)) },
	}));
	return { machines: await Promise.all(results), source, sentPayloadBytes, busyPercent };
}

function patienceMs(floor: number, machines: number): number {
	const floors = Math.max(PATIENCE_FLOORS, FLOORS_FOR_EACH * machines);
	return Math.ceil((PATIENCE_SECONDS + floors * floor) * 1000);
}

/** Looks once a second: what a child held that ended by itself is not told afterwards. The answer looks a last time. */
function watchUsage(pids: () => readonly number[]): () => SourceUsage {
	let peakRssBytes = 0;
	const preparedCpuSeconds = sumOfUsage(pids().map(usageOf)).cpuSeconds;
	const look = (): Usage => {
		const usage = sumOfUsage(pids().map(usageOf));
		peakRssBytes = Math.max(peakRssBytes, usage.peakRssBytes);
		return { ...usage, peakRssBytes };
	};
	const timer = setInterval(look, LOOK_MS).unref();
	return () => {
		clearInterval(timer);
		const usage = look();
		return { ...usage, cpuSeconds: usage.cpuSeconds - preparedCpuSeconds, preparedCpuSeconds };
	};
}

function runningOf<R extends Race>(
	race: R,
	deadline: AbortSignal,
): { running: Running<R>; left: () => readonly Entrant[] } {
	const entrants: Entrant[] = [];
	const killed = new Set<Entrant>();
	const start = async (machines: readonly Host[]) => {
		const startedAt = performance.now();
		const started = await race.start(machines);
		entrants.push(...started.map((runner) => entrantOf(runner, startedAt)));
	};
	const kill = (entrant: Entrant) => {
		killed.add(entrant);
		return entrant.program.kill();
	};
	const untilOver = async () => {
		await Promise.all(entrants.map(({ completed }) => before(deadline, completed)));
	};
	const left = () => entrants.filter((entrant) => !killed.has(entrant));
	return { running: { race, entrants, start, kill, untilOver }, left };
}

function entrantOf(runner: Runner, startedAt: number): Entrant {
	let isComplete = false;
	// One that ends early is told of where it is waited for.
	runner.completed.then(() => (isComplete = true)).catch(() => undefined);
	return { ...runner, startedAt, isComplete: () => isComplete };
}

async function secondsOf(
	{ completed, startedAt, program }: Entrant,
	{ deadline, stopped, log }: { deadline: AbortSignal; stopped: AbortSignal; log: (line: string) => void },
): Promise<number | null> {
	const at = await before(deadline, completed);
	if (at === null && !stopped.aborted) log(`never complete: ${program.lastWords}`);
	return at === null ? null : (at - startedAt) / 1000;
}

/** Whoever disturbs a race may be waiting for what never comes; a signal must not wait with them. */
async function untilAborted(signal: AbortSignal, act: Promise<void> | undefined): Promise<void> {
	const { promise, reject } = Promise.withResolvers<void>();
	const stop = () => reject(signal.reason);
	signal.addEventListener("abort", stop, { once: true });
	await Promise.race([act, promise]).finally(() => signal.removeEventListener("abort", stop));
}

/** null: it did not come before the deadline, or came to nothing. */
async function before(deadline: AbortSignal, moment: Promise<number>): Promise<number | null> {
	const { promise: late, resolve } = Promise.withResolvers<null>();
	const giveUp = () => resolve(null);
	if (deadline.aborted) giveUp();
	deadline.addEventListener("abort", giveUp, { once: true });
	const at = await Promise.race([moment, late]).catch(() => null);
	deadline.removeEventListener("abort", giveUp);
	return at;
}

function moved({ sentBytes, receivedBytes }: Counters): number {
	return sentBytes + receivedBytes;
}
