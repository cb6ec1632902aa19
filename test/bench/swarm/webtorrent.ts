import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Field, Runner, System } from "./system.ts";
import { openTorrent } from "./torrent.ts";

const PEER = fileURLToPath(new URL("webtorrent-peer.ts", import.meta.url));

/** The library that our peer is made from, by itself. */
export const WEBTORRENT: System = {
	name: "webtorrent",
	packages: [],
	async prepare(field) {
		const { file, tracker } = await openTorrent(field);
		const isSeeding = tracker.line("seed ");
		const source = await Program.start(field.source, peer(field.source, file, dirname(field.payload.file)), field);
		await isSeeding;
		return {
			sourcePids: [source.pid, tracker.pid],
			start: (machines) => Promise.all(machines.map((host) => startPeer(field, host, file))),
			stop: async () => {
				await Promise.all([source.kill(), tracker.kill()]);
			},
		};
	},
};

async function startPeer(field: Field, host: Host, torrent: string): Promise<Runner> {
	const folder = join(field.folder, host.name);
	await mkdir(folder);
	const program = await Program.start(host, peer(host, torrent, folder), field);
	const file = join(folder, basename(field.payload.file));
	return { host, program, file, completed: program.says("it is complete") };
}

function peer({ address }: Host, torrent: string, folder: string): readonly string[] {
	return [process.execPath, "--disable-warning=ExperimentalWarning", PEER, torrent, folder, address];
}
