import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Pool } from "undici";
import { LargeFleet } from "../dashboard/large-fleet.ts";
import { serveModel } from "../dashboard/modelled.ts";

/** `npm run bench:api`: so many that follow the journal, so many requests a second, and a journal that grows meanwhile. */
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "60" },
		requests: { type: "string", default: "500" },
		followers: { type: "string", default: "200" },
		machines: { type: "string", default: "100" },
		lines: { type: "string", default: "20" },
	},
});
const [seconds, perSecond, followers] = [Number(values.seconds), Number(values.requests), Number(values.followers)];
const { url, tokens, record, stop } = await serveMany(Number(values.machines), 10);
const pool = new Pool(url, { connections: 64 });
const told = { lines: 0 };
const streams = await Promise.all(Array.from({ length: followers }, (_, index) => follow(index)));
const memory: number[] = [];
const latencies: number[] = [];
const failed: string[] = [];
const writing = setInterval(() => {
	record([{ kind: "Resumed", policy: null, by: "eve", at: Date.now() }]);
}, 1000 / Number(values.lines));
const begun = performance.now();
let sent = 0;
while (performance.now() - begun < seconds * 1000) {
	const due = Math.floor(((performance.now() - begun) / 1000) * perSecond);
	for (; sent < due; sent += 1) ask(sent);
	if (memory.length < Math.floor((performance.now() - begun) / 1000)) memory.push(process.memoryUsage().rss);
	await wait(5);
}
clearInterval(writing);
await wait(1000);
for (const { abort } of streams) abort();
latencies.sort((a, b) => a - b);
const at = (share: number) => Number((latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(1));
const mib = (bytes: number | undefined) => Math.round((bytes ?? 0) / 2 ** 20);
console.log(
	JSON.stringify({
		seconds,
		requests: latencies.length,
		failed: failed.length,
		followers,
		lines_told: told.lines,
		p50_ms: at(0.5),
		p99_ms: at(0.99),
		longest_ms: at(1),
		rss_mib: { after_a_third: mib(memory[Math.floor(memory.length / 3)]), at_the_end: mib(memory.at(-1)) },
	}),
);
await pool.destroy();
await stop();

/** Several tokens, since one may only ask so often. */
async function serveMany(machines: number, many: number) {
	const model = await serveModel(new LargeFleet(machines));
	return { ...model, tokens: Array.from({ length: many }, (_, index) => model.makeToken(`bench-${index}`)) };
}

function ask(index: number): void {
	const paths = [
		"/api/v1/status?detail=groups",
		"/api/v1/plan?detail=groups",
		"/api/v1/machines",
		"/api/v1/audit?limit=20",
	];
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
