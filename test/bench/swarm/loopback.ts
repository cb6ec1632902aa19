// npm run bench:loopback -- [--size 1GiB] [--repeat N] [--agent PATH] [--json] [--out FILE]: one source to one peer, without a cable in between.
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wholeNumber } from "../../lab/arguments.ts";
import type { Footprint } from "../../lab/footprint.ts";
import type { Figure } from "../figures.ts";
import { onFootprint } from "../on-footprint.ts";
import { publish } from "../publish.ts";
import { number, showTable } from "../show.ts";
import { agentAt } from "./agent.ts";
import { sizeOf } from "./arguments.ts";
import { ARIA2 } from "./aria2.ts";
import { FLEETSEED } from "./fleetseed.ts";
import { loopback } from "./lan.ts";
import { makePayload } from "./payload.ts";
import { type RaceResult, run, type Stage } from "./race.ts";
import type { System } from "./system.ts";
import { WEBTORRENT } from "./webtorrent.ts";

interface Passed {
	readonly system: string;
	/** From the start of the peer until it has verified its last piece. */
	readonly seconds: number;
	/** In millions of bytes. */
	readonly megabytesPerSecond: number;
	readonly sourceCpuSeconds: number;
	readonly sourceCpuPerGiB: number;
	readonly sourcePeakMiB: number;
	readonly peerCpuSeconds: number;
	readonly peerCpuPerGiB: number;
}

/** Slow disks and busy machines included. */
const PATIENCE_FLOOR_SECONDS = 10;

const log = (line: string) => process.stderr.write(`${line}\n`);
const { values: options } = parseArgs({
	options: {
		size: { type: "string", default: "1GiB" },
		repeat: { type: "string", default: "1" },
		agent: { type: "string" },
		json: { type: "boolean", default: false },
		out: { type: "string", default: join(tmpdir(), "fleetseed-bench-loopback.json") },
	},
});

async function measure(footprint: Footprint, signal: AbortSignal): Promise<readonly Passed[]> {
	const sizeBytes = sizeOf(options.size);
	const payload = await makePayload(join(footprint.folder, "payload"), sizeBytes);
	const agent = await agentAt(options.agent ?? null, footprint.folder);
	const stage: Stage = { lan: loopback(), payload, footprint, signal, agent, log };
	const passed: Passed[] = [];
	for (const system of systems()) {
		const tries: Passed[] = [];
		for (let turn = wholeNumber("--repeat", options.repeat, { min: 1, max: 20 }); turn > 0; turn -= 1)
			tries.push(await pass(stage, system));
		tries.sort((a, b) => a.seconds - b.seconds);
		passed.push(...tries.slice(Math.floor((tries.length - 1) / 2)).slice(0, 1));
	}
	return passed;
}

function systems(): readonly System[] {
	const hasAria2 = ARIA2.packages.every(([, file]) => existsSync(file));
	if (!hasAria2) log("aria2c is not installed here and is left out");
	return [FLEETSEED, WEBTORRENT, ...(hasAria2 ? [ARIA2] : [])];
}

async function pass(stage: Stage, system: System): Promise<Passed> {
	const result = await run(stage, system, { machines: stage.lan.machines, floor: PATIENCE_FLOOR_SECONDS });
	const passed = passedOf(result, stage.payload.sizeBytes);
	log(`${system.name}: ${passed.megabytesPerSecond.toFixed(0)} MB/s`);
	return passed;
}

function passedOf({ system, machines, source }: RaceResult, sizeBytes: number): Passed {
	const [peer] = machines;
	const seconds = (peer?.isVerified ? peer.seconds : null) ?? Number.POSITIVE_INFINITY;
	const gib = sizeBytes / 2 ** 30;
	return {
		system,
		seconds,
		megabytesPerSecond: sizeBytes / 1e6 / seconds,
		sourceCpuSeconds: source.cpuSeconds,
		sourceCpuPerGiB: source.cpuSeconds / gib,
		sourcePeakMiB: source.peakRssBytes / 2 ** 20,
		peerCpuSeconds: peer?.cpuSeconds ?? 0,
		peerCpuPerGiB: (peer?.cpuSeconds ?? 0) / gib,
	};
}

function show(passed: readonly Passed[]): void {
	const head = ["system", "s", "MB/s", "source CPU s", "s/GiB", "source MiB", "peer CPU s", "s/GiB"];
	const rows = passed.map((one) =>
		[one.seconds, one.megabytesPerSecond, one.sourceCpuSeconds, one.sourceCpuPerGiB]
			.concat(one.sourcePeakMiB, one.peerCpuSeconds, one.peerCpuPerGiB)
			.map(number),
	);
	showTable(
		head,
		rows.map((row, index) => [passed[index]?.system ?? "", ...row]),
	);
}

function figuresOf([ours, ...others]: readonly Passed[]): readonly Figure[] {
	return others.map(({ system, megabytesPerSecond }): Figure => {
		const value = (ours?.megabytesPerSecond ?? 0) / megabytesPerSecond;
		const isOurOwn = system === WEBTORRENT.name;
		return { what: `fleetseed's MB/s beside ${system}`, value, unit: "x", ...(isOurOwn ? { atLeast: 1 } : {}) };
	});
}

process.exit(
	await onFootprint(async (footprint, signal) => {
		const passed = await measure(footprint, signal);
		const more = { size: options.size, passed };
		return publish({ benchmark: "loopback", figures: figuresOf(passed), more, show: () => show(passed) }, options);
	}),
);
