import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";

/** What asks and follows, in a process of its own, so that it is not the server's time that it takes. Told all as JSON in its one argument; prints JSON. */
export interface Load {
	readonly url: string;
	/** Whose journal is followed: itself, or what the stand-in hands on. */
	readonly daemon: string;
	readonly tokens: readonly string[];
	/** Asked for in turn. */
	readonly paths: readonly string[];
	readonly seconds: number;
	readonly perSecond: number;
	readonly followers: number;
}

/** What it prints. */
export interface Answered {
	/** Answered, with 200. */
	readonly requests: number;
	readonly failed: number;
	/** They got 200, and their stream was open to the end. */
	readonly followers: number;
	/** To all of them. */
	readonly lines_told: number;
	/** To the one that was told the fewest. */
	readonly fewest_lines_told: number;
	/** While all of them followed. */
	readonly lines_written: number;
	readonly p50_ms: number;
	readonly p99_ms: number;
	readonly longest_ms: number;
	/** How late the clients' own process came to what it had to do, which is in the other times. */
	readonly own_delay_p99_ms: number;
}

interface Follower {
	readonly abort: () => void;
	isOpen: boolean;
	lines: number;
}

/** As each line begins, behind its id. */
const LINE = "\nevent: line\n";

const { url, daemon, tokens, paths, seconds, perSecond, followers } = JSON.parse(process.argv[2] ?? "{}") as Load;
const pool = new Pool(url, { connections: 64 });
const streams = await Promise.all(Array.from({ length: followers }, (_, index) => follow(index)));
const seqBefore = await lastSeq();
const latencies: number[] = [];
const failed: string[] = [];
const ownDelay = monitorEventLoopDelay({ resolution: 1 });
ownDelay.enable();
const begun = performance.now();
let sent = 0;
while (performance.now() - begun < seconds * 1000) {
	const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
	for (; sent < due; sent += 1) ask(sent);
	await wait(5);
}
const lines_written = (await lastSeq()) - seqBefore;
await wait(1000);
ownDelay.disable();
const told = streams.map(({ lines }) => lines);
const stayed = streams.filter(({ isOpen }) => isOpen).length;
for (const { abort } of streams) abort();
latencies.sort((a, b) => a - b);
const at = (share: number) => Number((latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(1));
const answers = { requests: latencies.length, failed: failed.length };
const following = {
	followers: stayed,
	lines_told: told.reduce((sum, lines) => sum + lines, 0),
	fewest_lines_told: Math.min(...told),
	lines_written,
};
const own_delay_p99_ms = Number((ownDelay.percentile(99) / 1e6).toFixed(1));
const times = { p50_ms: at(0.5), p99_ms: at(0.99), longest_ms: at(1), own_delay_p99_ms };
const answered: Answered = { ...answers, ...following, ...times };
console.log(JSON.stringify(answered));
await pool.destroy();

function ask(index: number): void {
	const sentAt = performance.now();
	const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
	pool
		.request({ path: paths[index % paths.length] ?? "/", method: "GET", headers })
		.then(async ({ statusCode, body }) => {
			await body.dump();
			if (statusCode === 200) latencies.push(performance.now() - sentAt);
			else failed.push(String(statusCode));
		})
		.catch((error: unknown) => failed.push(String(error)));
}

async function lastSeq(): Promise<number> {
	const headers = { authorization: `Bearer ${tokens[0]}` };
	const answer = await fetch(`${daemon}/api/v1/audit?limit=1`, { headers });
	const { lines } = (await answer.json()) as { readonly lines: readonly { readonly seq: number }[] };
	return lines.at(-1)?.seq ?? 0;
}

async function follow(index: number): Promise<Follower> {
	const ended = new AbortController();
	const follower: Follower = { abort: () => ended.abort(), isOpen: false, lines: 0 };
	const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
	const answer = await fetch(`${url}/api/v1/events`, { headers, signal: ended.signal }).catch(() => null);
	if (answer?.status !== 200) return follower;
	follower.isOpen = true;
	const close = () => {
		follower.isOpen = false;
	};
	countLines(answer, follower).then(close, close);
	return follower;
}

async function countLines(answer: Response, follower: Follower): Promise<void> {
	let tail = "";
	for await (const chunk of answer.body ?? []) {
		const said = tail + Buffer.from(chunk).toString("latin1");
		follower.lines += said.split(LINE).length - 1;
		// Chunks end anywhere.
		tail = said.slice(1 - LINE.length);
	}
}
