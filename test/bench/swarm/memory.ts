// npm run bench:swarm-memory -- [--deliveries 24] [--size 8MiB] [--peers 100] [--packages 10] [--crowd-size 1MiB] [--json] [--out FILE]: what the swarm process holds.
import { mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Swarm } from "../../../src/swarm/swarm.ts";
import { wholeNumber } from "../../lab/arguments.ts";
import type { Footprint } from "../../lab/footprint.ts";
import { rssBytesOf, usageOf } from "../../lab/processes.ts";
import type { Figure } from "../figures.ts";
import { onFootprint } from "../on-footprint.ts";
import { publish } from "../publish.ts";
import { agentAt } from "./agent.ts";
import { sizeOf } from "./arguments.ts";
import { Crowd } from "./crowd.ts";
import { deliver } from "./deliver.ts";
import { crowdPromises, deliveryPromises } from "./memory-promises.ts";
import { readMetainfo } from "./metainfo.ts";
import { makePayload } from "./payload.ts";

const MIB = 2 ** 20;
const MACHINES = 2;
const CROWD_SECONDS = 20;

const log = (line: string) => process.stderr.write(`${line}\n`);
const { values: options } = parseArgs({
	options: {
		deliveries: { type: "string", default: "24" },
		size: { type: "string", default: "8MiB" },
		peers: { type: "string", default: "100" },
		packages: { type: "string", default: "10" },
		"crowd-size": { type: "string", default: "1MiB" },
		agent: { type: "string" },
		json: { type: "boolean", default: false },
		out: { type: "string", default: join(tmpdir(), "fleetseed-bench-swarm-memory.json") },
	},
});

/** After each delivery. */
const heldMiB: number[] = [];

interface Standing {
	readonly swarm: Swarm;
	readonly folder: string;
	readonly footprint: Footprint;
	readonly signal: AbortSignal;
}

/** A swarm on loopback with machines at 127.0.0.2 and on. */
async function open(footprint: Footprint, name: string, machines: number): Promise<Omit<Standing, "signal">> {
	const folder = join(footprint.folder, name);
	await mkdir(join(folder, "packages"), { recursive: true });
	const swarm = new Swarm({
		storeFolder: folder,
		host: "127.0.0.1",
		trackerPort: 0,
		peerPort: 0,
		onProgress: () => undefined,
		onSent: () => undefined,
		onRestart: (detail) => log(`the swarm process was started again: ${detail}`),
	});
	swarm.admit(Array.from({ length: machines }, (_, index) => member(index)));
	await swarm.start();
	return { swarm, folder, footprint };
}

function member(index: number) {
	return {
		machine: `m${index}`,
		address: `127.0.${Math.floor(index / 200)}.${2 + (index % 200)}`,
		token: `token-${index}`,
	};
}

async function newPackage({ swarm, folder }: Pick<Standing, "swarm" | "folder">, sizeBytes: number): Promise<string> {
	const draft = join(folder, "draft");
	const { sha256 } = await makePayload(draft, sizeBytes);
	await rename(draft, join(folder, "packages", sha256));
	await swarm.share(sha256);
	return sha256;
}

/** MiB held after each delivery. */
async function deliverAll(standing: Standing, count: number): Promise<readonly number[]> {
	const held: number[] = [];
	const agent = await agentAt(options.agent ?? null, standing.folder);
	for (let turn = 0; turn < count; turn += 1) {
		standing.signal.throwIfAborted();
		const sha256 = await newPackage(standing, sizeOf(options.size));
		const machines = Array.from({ length: MACHINES }, (_, index) => member(index));
		await deliver({ ...standing, sha256, machines, agent });
		held.push(rssBytesOf(standing.swarm.pid ?? 0) / MIB);
		log(`delivery ${turn + 1}: ${held.at(-1)?.toFixed(0)} MiB`);
	}
	return held;
}

async function deliveryFigures(footprint: Footprint, signal: AbortSignal): Promise<readonly Figure[]> {
	const count = wholeNumber("--deliveries", options.deliveries, { min: 0, max: 1000 });
	if (count === 0) return [];
	const standing = { ...(await open(footprint, "deliveries", MACHINES)), signal };
	const held = await deliverAll(standing, count);
	heldMiB.push(...held);
	const peak = usageOf(standing.swarm.pid ?? 0).peakRssBytes / MIB;
	await standing.swarm.stop();
	return deliveryPromises(held, peak);
}

async function crowdFigures(footprint: Footprint, signal: AbortSignal): Promise<readonly Figure[]> {
	const peers = wholeNumber("--peers", options.peers, { min: 0, max: 1000 });
	if (peers === 0) return [];
	const packages = wholeNumber("--packages", options.packages, { min: 1, max: 100 });
	const standing = { ...(await open(footprint, "crowd", peers)), signal };
	log(`gathering ${peers} peers with ${packages} packages ...`);
	const crowd = await gather(standing, { peers, packages });
	await delay(CROWD_SECONDS * 1000, undefined, { signal });
	const { connected, greeted, contentBytes } = crowd;
	const peakMiB = usageOf(standing.swarm.pid ?? 0).peakRssBytes / MIB;
	crowd.scatter();
	await standing.swarm.stop();
	const seen = { peers, packages, greeted, connected, contentMiB: contentBytes / MIB, peakMiB };
	return crowdPromises(seen, sizeOf(options["crowd-size"]) / MIB);
}

async function gather(standing: Standing, { peers, packages }: { peers: number; packages: number }): Promise<Crowd> {
	const { swarm } = standing;
	const sha256s: string[] = [];
	for (let index = 0; index < packages; index += 1)
		sha256s.push(await newPackage(standing, sizeOf(options["crowd-size"])));
	const members = [];
	for (let index = 0; index < peers; index += 1) {
		const { address, token } = member(index);
		const torrents = await Promise.all(sha256s.map((sha256) => swarm.torrentFor(sha256, { token, host: "127.0.0.1" })));
		members.push({ address, torrents: torrents.map((torrent) => readMetainfo(Buffer.from(torrent))) });
	}
	const crowd = new Crowd({ sourcePort: swarm.ports.peer, members });
	await crowd.gather();
	return crowd;
}

process.exit(
	await onFootprint(async (footprint, signal) => {
		const figures = [...(await deliveryFigures(footprint, signal)), ...(await crowdFigures(footprint, signal))];
		const { json, out, ...settings } = options;
		const show = () => undefined;
		return publish({ benchmark: "swarm-memory", figures, more: { settings, heldMiB }, show }, { json, out });
	}),
);
