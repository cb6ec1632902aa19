import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { LargeFleet } from "../dashboard/large-fleet.ts";
import { serveModel } from "../dashboard/modelled.ts";
import type { Load } from "./api-load.ts";
import { watchBusy } from "./machine.ts";

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
const LOAD = new URL("./api-load.ts", import.meta.url).pathname;
/** Several, since one may only ask so often. */
const TOKENS = 10;

const [seconds, perSecond, followers] = [Number(values.seconds), Number(values.requests), Number(values.followers)];
const { url, makeToken, record, stop } = await serveModel(new LargeFleet(Number(values.machines)));
const tokens = Array.from({ length: TOKENS }, (_, index) => makeToken(`bench-${index}`));
const memory: number[] = [];
const looking = setInterval(() => memory.push(process.memoryUsage().rss), 1000);
const writing = setInterval(() => {
	record([{ kind: "Resumed", policy: null, by: "eve", at: Date.now() }]);
}, 1000 / Number(values.lines));
const busy = watchBusy();
const own = process.cpuUsage();
const load: Load = { url, tokens, seconds, perSecond, followers };
const { stdout } = await promisify(execFile)(process.execPath, [LOAD, JSON.stringify(load)]);
clearInterval(writing);
clearInterval(looking);
const { user, system } = process.cpuUsage(own);
const mib = (bytes: number | undefined) => Math.round((bytes ?? 0) / 2 ** 20);
console.log(
	JSON.stringify({
		seconds,
		followers,
		...JSON.parse(stdout),
		server_cpu_seconds: Math.round((user + system) / 1e6),
		cores_busy_percent: Math.round(busy()),
		rss_mib: { after_a_third: mib(memory[Math.floor(memory.length / 3)]), at_the_end: mib(memory.at(-1)) },
	}),
);
await stop();
