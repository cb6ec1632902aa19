import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Field, Runner, System } from "./system.ts";
import { openTorrent } from "./torrent.ts";

const PEER = fileURLToPath(new URL("libtorrent-peer.py", import.meta.url));

/** libtorrent as the source, super-seeding, and on each machine. */
export const LIBTORRENT: System = {
	name: "libtorrent",
	packages: [["python3-libtorrent", "/usr/lib/python3/dist-packages/libtorrent.egg-info"]],
	async prepare(field) {
		const { file, tracker } = await openTorrent(field);
		const isSeeding = tracker.line("seed ");
		const seed = peer(field.source, { torrent: file, folder: dirname(field.payload.file), role: "seed" });
		const source = await Program.start(field.source, seed, field);
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
	const program = await Program.start(host, peer(host, { torrent, folder, role: "fetch" }), field);
	const completed = program.says("it is complete");
	return { host, program, file: join(folder, basename(field.payload.file)), completed };
}

/** Debian's own Python, which is the one that has the library. */
function peer(
	{ address }: Host,
	{ torrent, folder, role }: { torrent: string; folder: string; role: "seed" | "fetch" },
): readonly string[] {
	return ["/usr/bin/python3", PEER, address, torrent, folder, role];
}
