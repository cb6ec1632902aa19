import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";

/** What asks and follows, in a process of its own, so that it is not the server's time that it takes. Told all as JSON in its one argument; prints JSON. */
export interface Load {
	readonly url: string;
	readonly tokens: readonly string[];
	/** Asked for in turn. */
	readonly paths: readonly string[];
	readonly seconds: number;
	readonly perSecond: number;
	readonly followers: number;
}

/** What it prints. */
export interface Answered {
	readonly requests: number;
	readonly failed: number;
	readonly lines_told: number;
	readonly p50_ms: number;
	readonly p99_ms: number;
	readonly longest_ms: number;
	/** How late the clients' own process came to what it had to do, which is in the other times. */
	readonly own_delay_p99_ms: number;
}

const { url, tokens, paths, seconds, perSecond, followers } = JSON.parse(process.argv[2] ?? "{}") as Load;
const pool = new Pool(url, { connections: 64 });
const told = { lines: 0 };
const streams = await Promise.all(Array.from({ length: followers }, (_, index) => follow(index)));
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
await wait(1000);
ownDelay.disable();
for (const { abort } of streams) abort();
latencies.sort((a, b) => a - b);
const at = (share: number) => Number((latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(1));
const answers = { requests: latencies.length, failed: failed.length, lines_told: told.lines };
const own_delay_p99_ms = Number((ownDelay.percentile(99) / 1e6).toFixed(1));
const answered: Answered = { ...answers, p50_ms: at(0.5), p99_ms: at(0.99), longest_ms: at(1), own_delay_p99_ms };
console.log(JSON.stringify(answered));
await pool.destroy();

function ask(index: number): void {
	const sentAt = performance.now();
	const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
	pool
		.request({ path: paths[index % paths.length] ?? "/", method: "GET", headers })
		.then(async ({ statusCode, body }) => {
			await body.dump();
			latencies.push(performance.now() - sentAt);
			if (statusCode !== 200) failed.push(String(statusCode));
		})
		.catch((error: unknown) => failed.push(String(error)));
}

async function follow(index: number) {
	const ended = new AbortController();
	const headers = { authorization: `Bearer ${tokens[index % tokens.length]}` };
	const answer = await fetch(`${url}/api/v1/events`, { headers, signal: ended.signal });
	const read = async () => {
		for await (const chunk of answer.body ?? [])
			told.lines += Buffer.from(chunk).toString().split("event: line").length - 1;
	};
	read().catch(() => undefined);
	return { abort: () => ended.abort() };
}
