import { chmod, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { aria2c } from "../../swarm/aria2c.ts";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Field, Runner, System } from "./system.ts";
import { openTorrent } from "./torrent.ts";

const SEED_MINUTES = 60;

/** aria2c as the source and on each machine. */
export const ARIA2: System = {
	name: "aria2",
	packages: [["aria2", "/usr/bin/aria2c"]],
	async prepare(field) {
		const { file, tracker } = await openTorrent(field);
		const script = join(field.folder, "completed");
		await writeFile(script, "#!/bin/sh\necho it is complete\n");
		await chmod(script, 0o755);
		const isSeeding = tracker.line("seed ");
		const own = aria2c(file, dirname(field.payload.file), { seedMinutes: SEED_MINUTES });
		const source = await Program.start(field.source, bindTo(field.source, own), field);
		await isSeeding;
		return {
			sourcePids: [source.pid, tracker.pid],
			start: (machines) => Promise.all(machines.map((host) => startPeer(field, { host, torrent: file, script }))),
			stop: async () => {
				await Promise.all([source.kill(), tracker.kill()]);
			},
		};
	},
};

async function startPeer(
	field: Field,
	{ host, torrent, script }: { host: Host; torrent: string; script: string },
): Promise<Runner> {
	const own = join(field.folder, host.name);
	await mkdir(own);
	const argv = aria2c(torrent, own, { seedMinutes: SEED_MINUTES });
	const told = [...argv.slice(0, -1), `--on-bt-download-complete=${script}`, torrent];
	const program = await Program.start(host, bindTo(host, told), field);
	const file = join(own, basename(field.payload.file));
	return { host, program, file, completed: program.says("it is complete") };
}

/** On loopback it would listen to the whole world. */
function bindTo({ link, address }: Host, [program = "", ...args]: readonly string[]): readonly string[] {
	return link ? [program, ...args] : [program, `--interface=${address}`, ...args];
}
