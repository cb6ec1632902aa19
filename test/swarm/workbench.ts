import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rates } from "../../src/model/traffic.ts";
import type { PeerProgress } from "../../src/swarm/messages.ts";
import { Swarm } from "../../src/swarm/swarm.ts";

export const AGENT = join(import.meta.dirname, "../../src/agent/main.ts");

/** Waits until the condition holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 30_000): Promise<void> {
	const end = performance.now() + deadlineMs;
	while (!(await holds())) {
		if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

export function digest(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** A swarm on loopback that shares one random package, and machines that fetch it. All of it goes away with the test. */
export async function openBench({
	sizeBytes = 4_000_000,
	machines = 3,
	isEverywhere = false,
}: {
	sizeBytes?: number;
	machines?: number;
	/** At every address, instead of 127.0.0.1 alone. */
	isEverywhere?: boolean;
} = {}) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-swarm-"));
	const content = randomBytes(sizeBytes);
	const sha256 = digest(content);
	await mkdir(join(folder, "packages"));
	await writeFile(join(folder, "packages", sha256), content);
	const progress: PeerProgress[] = [];
	const restarts: string[] = [];
	const sent = new Map<string, number>();
	const swarm = new Swarm({
		storeFolder: folder,
		...(isEverywhere ? {} : { host: "127.0.0.1" }),
		trackerPort: 0,
		peerPort: 0,
		onProgress: (seen) => progress.push(seen),
		onSent: (all) => {
			for (const { machine, bytes } of all) sent.set(machine, (sent.get(machine) ?? 0) + bytes);
		},
		onRestart: (detail) => restarts.push(detail),
	});
	const peers = Array.from({ length: machines }, (_, index) => ({
		machine: `m${index + 1}`,
		address: `127.0.0.${index + 2}`,
		token: `token-${index + 1}`,
	}));
	swarm.admit(peers);
	await swarm.start();
	const shared = await swarm.share(sha256);
	const running: ChildProcess[] = [];
	const close = async () => {
		await Promise.all(running.map(kill));
		await swarm.stop();
		await rm(folder, { recursive: true, force: true });
	};
	/** Limits of the package and of the source; without a word there are none. */
	const shape = ({
		up = null,
		down = null,
		source = null,
		awaitedBy = null,
		hasLatecomers = false,
	}: Partial<Shaped> = {}) =>
		swarm.shape({ uploadBytesPerSecond: source, packages: [{ sha256, up, down, awaitedBy, hasLatecomers }] });
	/** Bytes that the source has sent, to all machines or to one. */
	const sentBytes = async (machine?: string) => {
		await swarm.countSent();
		return [...sent].reduce((sum, [to, bytes]) => sum + (machine === undefined || to === machine ? bytes : 0), 0);
	};
	const rest = { peers, progress, restarts, sent, sentBytes, running, shape, [Symbol.asyncDispose]: close };
	return { folder, content, sha256, swarm, shared, ...rest };
}

interface Shaped extends Rates {
	readonly source: number | null;
	readonly awaitedBy: readonly string[] | null;
	readonly hasLatecomers: boolean;
}

export type Bench = Awaited<ReturnType<typeof openBench>>;

export async function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, "exit");
	child.kill("SIGKILL");
	await gone;
}

/** A program in the machine's folder with the machine's own torrent: given its path, and where to put the package. */
export async function spawnAt(
	bench: Bench,
	machine: string,
	command: (torrentFile: string, folder: string) => readonly string[],
	host = "127.0.0.1",
) {
	const folder = join(bench.folder, machine);
	await mkdir(folder, { recursive: true });
	const token = bench.peers.find((peer) => peer.machine === machine)?.token ?? "";
	const torrentFile = join(folder, "package.torrent");
	await writeFile(torrentFile, await bench.swarm.torrentFor(bench.sha256, { token, host }));
	const [program = "", ...rest] = command(torrentFile, folder);
	const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
	bench.running.push(child);
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (output += bytes));
	return {
		child,
		machine,
		folder,
		torrentFile,
		output: () => output,
		received: () => readFile(join(folder, bench.sha256)).catch(() => Buffer.alloc(0)),
	};
}

export type Machine = Awaited<ReturnType<typeof spawnAt>>;

/** Our own peer on a machine. */
export function spawnAgent(
	bench: Bench,
	machine: string,
	{ seedSeconds = 60, more = [] as readonly string[], host = "127.0.0.1", under = [] as readonly string[] } = {},
) {
	const command = (torrent: string, folder: string) =>
		[...under, process.execPath, AGENT, "fetch", "--torrent", torrent, "--folder", folder].concat(
			["--seed-seconds", String(seedSeconds)],
			more,
		);
	return spawnAt(bench, machine, command, host);
}

export function hasCompleted({ output }: Machine): boolean {
	return output().includes('"event":"completed"');
}

/** Bytes that the source has sent, as a multiple of the package. */
export async function uplinkMultiple({ sentBytes, shared }: Bench): Promise<number> {
	return (await sentBytes()) / shared.sizeBytes;
}
