import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { ApiFleet } from "./api-fleet.ts";
import type { Answered, Load } from "./api-load.ts";
import { type Figure, isMet, median } from "./figures.ts";
import { watchBusy } from "./machine.ts";
import { slopeOf } from "./swarm/slope.ts";

/** `npm run bench:api`: a real daemon rolls out again and again, alone, with clients that ask and follow, and alone again. */
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "60" },
		requests: { type: "string", default: "500" },
		followers: { type: "string", default: "200" },
		machines: { type: "string", default: "8" },
		known: { type: "string", default: "300" },
		/** Before the clients and after them. */
		alone: { type: "string", default: "4" },
	},
});
const LOAD = new URL("./api-load.ts", import.meta.url).pathname;
/** Several, since one may only ask so often. */
const TOKENS = 10;
const TICKS_PER_SECOND = 100;

const alone = Number(values.alone);
const fleet = await ApiFleet.start({ machines: Number(values.machines), known: Number(values.known) });
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
	const loaded = await underLoad(tokens);
	const after = await rollOut(alone);
	const quiet = [...before, ...after];
	const figures = figuresOf(loaded, quiet);
	const seconds = { alone: quiet, with_clients: loaded.rollouts };
	const { requests, failed, lines_told, longest_ms, p50_ms } = loaded.answered;
	const rest = {
		daemon_cpu_seconds: loaded.cpuSeconds,
		cores_busy_percent: loaded.busyPercent,
		rss_mib: loaded.rssMiB,
	};
	console.log(JSON.stringify({ requests, failed, lines_told, p50_ms, longest_ms, ...rest, rollout_seconds: seconds }));
	for (const figure of figures)
		console.log(
			`${isMet(figure) ? "ok    " : "BROKEN"} ${figure.what}: ${figure.value} ${figure.unit}, at most ${figure.atMost}`,
		);
	return figures.every(isMet) ? 0 : 1;
}

type Loaded = Awaited<ReturnType<typeof underLoad>>;

function figuresOf({ answered, rollouts, rssMiB, rssSlope }: Loaded, quiet: readonly number[]): readonly Figure[] {
	const slower = Math.max(0, 100 * (median(rollouts) / median(quiet) - 1));
	const round = (value: number) => Number(value.toFixed(1));
	const share = Math.max(0, (100 * rssSlope * 60) / (rssMiB.at(-1) ?? 1));
	return [
		{ what: "answers, p99", value: answered.p99_ms, unit: "ms", atMost: 50 },
		{ what: "requests that were not answered", value: answered.failed, unit: "requests", atMost: 0 },
		{ what: "memory that the daemon gains in a minute", value: round(share), unit: "%", atMost: 5 },
		{ what: "a rollout takes longer by", value: round(slower), unit: "%", atMost: 5 },
	];
}

/** Rolls out as long as clients ask; a rollout that they left before its end does not count. */
async function underLoad(tokens: readonly string[]) {
	const load: Load = {
		...{ url: fleet.url, tokens, seconds: Number(values.seconds) },
		...{ perSecond: Number(values.requests), followers: Number(values.followers) },
	};
	const child = spawn(process.execPath, [LOAD, JSON.stringify(load)], { stdio: ["ignore", "pipe", "inherit"] });
	const said = text(child.stdout);
	const rssMiB: number[] = [];
	const looking = setInterval(() => rssMiB.push(rssOf(pid())), 1000);
	const [busy, cpuBefore] = [watchBusy(), cpuSecondsOf(pid())];
	const gone = once(child, "exit");
	const rollouts: number[] = [];
	while (child.exitCode === null) {
		const seconds = await fleet.rollOut();
		if (child.exitCode === null) rollouts.push(seconds);
	}
	await gone;
	clearInterval(looking);
	// What is filled when it is first asked for is no growth.
	const rssSlope = slopeOf(rssMiB.slice(Math.floor(rssMiB.length / 2)));
	const cpuSeconds = Number((cpuSecondsOf(pid()) - cpuBefore).toFixed(1));
	const answered = JSON.parse(await said) as Answered;
	return { answered, rollouts, rssMiB, rssSlope, cpuSeconds, busyPercent: Math.round(busy()) };
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

/** proc_pid_status(5) */
function rssOf(pid: number): number {
	const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Math.round(Number(kib) / 1024);
}

/** proc_pid_stat(5): utime and stime, the fields 14 and 15. The name before them may hold blanks. */
function cpuSecondsOf(pid: number): number {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
