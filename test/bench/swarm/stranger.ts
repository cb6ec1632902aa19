import { existsSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Footprint } from "../../lab/footprint.ts";
import type { HostPackages } from "../../lab/host-packages.ts";
import { waitFor } from "../../lab/wait.ts";
import type { Host } from "./host.ts";
import { Program } from "./program.ts";
import type { Runner } from "./system.ts";

const COMPLETE_MS = 90_000;

/** A program of others' that takes part in a swarm of ours, set up as an administrator would: no other ways than our tracker. */
export interface Stranger {
	readonly name: string;
	readonly packages: HostPackages;
	/** Writes what it has to be told into the folder; answers the command. `told` is a program to run when it is complete. */
	settle(place: Place, told: string): Promise<readonly string[]>;
}

export interface Place {
	readonly host: Host;
	/** Of the machine alone, with its torrent in it. */
	readonly folder: string;
	readonly torrent: string;
	/** The package's name. */
	readonly sha256: string;
}

/** Resolves when it was started; it goes on serving when it is complete. */
export async function startStranger(
	stranger: Stranger,
	place: Place,
	{ footprint, signal }: { footprint: Footprint; signal: AbortSignal },
): Promise<Runner> {
	const { host, folder, sha256 } = place;
	const mark = join(folder, "is-complete");
	const told = join(folder, "told");
	await writeFile(told, `#!/bin/sh\nexec touch '${mark}'\n`);
	await chmod(told, 0o755);
	// Neither the settings of whoever runs this, nor a way out that his environment names.
	const bare = ["env", "-i", "PATH=/usr/bin:/bin", `HOME=${folder}`];
	const program = await Program.start(host, [...bare, ...(await stranger.settle(place, told))], { footprint });
	const isTold = async () => {
		if (program.isOver) throw new Error(`ended before it was complete: ${program.lastWords}`);
		return existsSync(mark) ? performance.now() : null;
	};
	const what = `${stranger.name} is complete`;
	const completed = waitFor(isTold, { what, timeoutMs: COMPLETE_MS, intervalMs: 50, signal });
	completed.catch(() => undefined);
	return { host, program, file: join(folder, sha256), completed };
}
