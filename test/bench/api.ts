import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { clientFigures } from "./api-clients.ts";
import { ApiFleet } from "./api-fleet.ts";
import type { Answered, Load } from "./api-load.ts";
import { type Figure, isMet, median } from "./figures.ts";
import { watchBusy } from "./machine.ts";
import { slopeOf } from "./swarm/slope.ts";

/**
 * `npm run bench:api`: a real daemon rolls out again and again: alone, beside clients that ask and follow something else, with those
 * clients itself, and alone again.
 */
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "60" },
		requests: { type: "string", default: "500" },
		followers: { type: "string", default: "200" },
		machines: { type: "string", default: "8" },
		known: { type: "string", default: "300" },
		/** How long an installer takes. */
		install: { type: "string", default: "5" },
		/** How long clients ask before the judged seconds begin. */
		warm: { type: "string", default: "120" },
		/** Rollouts before the clients and after them. */
		alone: { type: "string", default: "2" },
		/** How long clients ask the stand-in; 0: they do not. */
		beside: { type: "string", default: "40" },
	},
});
const LOAD = new URL("./api-load.ts", import.meta.url).pathname;
const STAND_IN = new URL("./api-stand-in.ts", import.meta.url).pathname;
const PATHS = [
	"/api/v1/status?detail=groups",
	"/api/v1/plan?detail=groups",
	"/api/v1/machines",
	"/api/v1/audit?limit=20",
];
/** Several, since one may only ask so often. */
const TOKENS = 10;
const TICKS_PER_SECOND = 100;

const alone = Number(values.alone);
const fleet = await ApiFleet.start({
	machines: Number(values.machines),
	known: Number(values.known),
	installSeconds: Number(values.install),
});
try {
	process.exitCode = await measure();
} finally {
	await fleet.stop();
}

async function measure(): Promise<number> {
	const tokens: string[] = [];
	for (let index = 0; index < TOKENS; index += 1) tokens.push(await makeToken(`bench-${index}`));
	await fleet.rollOut();
	const before = await rollOut(alone);
	const beside = Number(values.beside) > 0 ? await besideStandIn(tokens) : null;
	const warming =
		Number(values.warm) > 0 ? await underLoad({ url: fleet.url, tokens, seconds: Number(values.warm) }) : null;
	const loaded = await underLoad({ url: fleet.url, tokens, seconds: Number(values.seconds) });
	const quiet = [...before, ...(await rollOut(alone))];
	const figures = figuresOf(loaded, beside, quiet);
	tell({ rollout_seconds_alone: quiet });
	if (beside) tell({ beside_the_stand_in: reportOf(beside) });
	if (warming) tell({ warming: { ...reportOf(warming), rss_mib: warming.rssMiB } });
	tell({ with_clients: { ...reportOf(loaded), rss_mib: loaded.rssMiB } });
	for (const figure of figures) {
		const { what, value, unit, atMost, atLeast, floor } = figure;
		const verdict = { null: "      ", true: "ok    ", false: "BROKEN" }[String(isMet(figure)) as "null"];
		const bound = atMost === undefined ? (atLeast === undefined ? "" : `, at least ${atLeast}`) : `, at most ${atMost}`;
		console.log(`${verdict} ${what}: ${value} ${unit}${bound}${floor ? ` (${floor.what}: ${floor.value})` : ""}`);
	}
	return figures.every((figure) => isMet(figure) !== false) ? 0 : 1;
}

type Loaded = Awaited<ReturnType<typeof underLoad>>;

function reportOf({ answered, rollouts, cpuSeconds, busyPercent }: Loaded) {
	return { ...answered, daemon_cpu_seconds: cpuSeconds, cores_busy_percent: busyPercent, rollout_seconds: rollouts };
}

function clientsOf({ seconds, answered }: Loaded) {
	return { answered, asked: Number(values.requests) * seconds, followers: Number(values.followers) };
}

function round(value: number): number {
	return Number(value.toFixed(1));
}

function tell(said: object): void {
	console.log(JSON.stringify(said));
}

function figuresOf(loaded: Loaded, beside: Loaded | null, quiet: readonly number[]): readonly Figure[] {
	const { answered, rollouts, rssMiB, rssSlope, peakMiB } = loaded;
	const longer = (than: readonly number[]) => round(Math.max(0, 100 * (median(rollouts) / median(than) - 1)));
	const share = Math.max(0, (100 * rssSlope * 60) / (rssMiB.at(-1) ?? 1));
	const p99: Figure = { what: "answers, p99", value: answered.p99_ms, unit: "ms", atMost: 50 };
	return [
		beside ? { ...p99, floor: { what: "the stand-in's", value: beside.answered.p99_ms } } : p99,
		{ what: "requests that were not answered", value: answered.failed, unit: "requests", atMost: 0 },
		...clientFigures(clientsOf(loaded), ""),
		...(beside ? clientFigures(clientsOf(beside), ", by the stand-in") : []),
		{ what: "memory that the daemon held at most", value: peakMiB, unit: "MiB" },
		{ what: "memory that the daemon gains in a minute, once warm", value: round(share), unit: "%", atMost: 5 },
		...(beside
			? [
					{
						what: "a rollout takes longer than beside the same clients of another server, by",
						...{ value: longer(beside.rollouts), unit: "%" as const, atMost: 5 },
					},
				]
			: []),
		{
			what: "a rollout takes longer than with no clients on this computer, by",
			value: longer(quiet),
			unit: "%",
			atMost: 5,
		},
	];
}

/** The same clients ask and follow another server, while the daemon has nothing to do but its rollouts. */
async function besideStandIn(tokens: readonly string[]): Promise<Loaded> {
	const standIn = spawn(process.execPath, [STAND_IN, fleet.url, tokens[0] ?? "", ...PATHS], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const [url] = (await once(createInterface(standIn.stdout), "line")) as [string];
	try {
		return await underLoad({ url, tokens, seconds: Number(values.beside) });
	} finally {
		standIn.stdin.end();
		await once(standIn, "exit");
	}
}

/** Rolls out as long as clients ask; a rollout that they left before its end does not count. */
async function underLoad(asked: Pick<Load, "url" | "tokens" | "seconds">) {
	const load: Load = {
		...asked,
		...{ daemon: fleet.url, paths: PATHS, perSecond: Number(values.requests), followers: Number(values.followers) },
	};
	const child = spawn(process.execPath, [LOAD, JSON.stringify(load)], { stdio: ["ignore", "pipe", "inherit"] });
	const said = text(child.stdout);
	const rssMiB: number[] = [];
	const looking = setInterval(() => rssMiB.push(mibOf(pid(), "VmRSS")), 1000);
	const [busy, cpuBefore] = [watchBusy(), cpuSecondsOf(pid())];
	const gone = once(child, "exit");
	const rollouts: number[] = [];
	while (child.exitCode === null) {
		const seconds = await fleet.rollOut();
		if (child.exitCode === null) rollouts.push(seconds);
	}
	await gone;
	clearInterval(looking);
	// What comes with the clients is no growth.
	const rssSlope = slopeOf(rssMiB.slice(Math.floor(rssMiB.length / 2)));
	const cpuSeconds = Number((cpuSecondsOf(pid()) - cpuBefore).toFixed(1));
	const memory = { rssMiB, rssSlope, peakMiB: mibOf(pid(), "VmHWM") };
	const answered = JSON.parse(await said) as Answered;
	return { seconds: load.seconds, answered, rollouts, ...memory, cpuSeconds, busyPercent: Math.round(busy()) };
}

async function rollOut(times: number): Promise<readonly number[]> {
	const seconds: number[] = [];
	for (let time = 0; time < times; time += 1) seconds.push(await fleet.rollOut());
	return seconds;
}

async function makeToken(name: string): Promise<string> {
	return (await fleet.controller.command("token", "create", name, "--role", "viewer")).trim();
}

function pid(): number {
	const { pid } = fleet.controller;
	if (pid === null) throw new Error("the daemon has ended");
	return pid;
}

/** proc_pid_status(5): what it holds, or the most that it ever held. */
function mibOf(pid: number, field: "VmRSS" | "VmHWM"): number {
	const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Math.round(Number(kib) / 1024);
}

/** proc_pid_stat(5): utime and stime, the fields 14 and 15. The name before them may hold blanks. */
function cpuSecondsOf(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
