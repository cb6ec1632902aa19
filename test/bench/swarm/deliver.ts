import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Admitted } from "../../../src/swarm/messages.ts";
import type { Swarm } from "../../../src/swarm/swarm.ts";
import type { Footprint } from "../../lab/footprint.ts";
import type { Agent } from "./agent.ts";
import { loopbackHost } from "./host.ts";
import { Program } from "./program.ts";

export interface Delivery {
	readonly swarm: Swarm;
	readonly sha256: string;
	readonly machines: readonly Admitted[];
	readonly folder: string;
	readonly footprint: Footprint;
	readonly agent: Agent;
}

/** One package to machines on loopback; resolves when all have it and their peers have ended. */
export async function deliver({ swarm, sha256, machines, folder, footprint, agent }: Delivery): Promise<void> {
	const fetched = machines.map(async ({ machine, token }, index) => {
		const own = join(folder, machine);
		await mkdir(own, { recursive: true });
		const torrent = join(own, "package.torrent");
		await writeFile(torrent, await swarm.torrentFor(sha256, { token, host: "127.0.0.1" }));
		const argv = [...agent, "fetch", "--torrent", torrent, "--folder", own, "--seed-seconds", "1"];
		const program = await Program.start(loopbackHost(machine, index + 2), argv, { footprint });
		await program.says('"event":"completed"');
		await program.ended;
		await rm(own, { recursive: true });
	});
	await Promise.all(fetched);
}
