import { createReadStream, createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { must } from "./command.ts";
import type { Lab } from "./lab.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
export const HELPER_FOLDER = join(REPOSITORY, "dist/helper");
const PLACE = { path: "/usr/bin/fleetseed-agent", mode: 0o755 };

export interface BuiltHelper {
	readonly sha256: string;
	readonly gzipBytes: number;
	readonly file: string;
}

/** Builds our peer as one file, unless that was done before; not beside the Debian package's build, which builds it, too. */
export async function buildHelper({ debianPackage }: Pick<Lab, "debianPackage">): Promise<BuiltHelper> {
	await debianPackage?.catch(() => undefined);
	await must([process.execPath, join(REPOSITORY, "src/packaging/helper/main.ts"), "--only", "linux-x64"], {
		cwd: REPOSITORY,
	});
	const { platforms } = JSON.parse(await readFile(join(HELPER_FOLDER, "manifest.json"), "utf8"));
	return platforms["linux-x64"];
}

/** Puts our peer onto every machine as an administrator does who has it installed there. */
export async function giveAgents(lab: Lab): Promise<void> {
	const { footprint, machines } = lab;
	const { file } = await buildHelper(lab);
	const unpacked = join(footprint.folder, "fleetseed-agent");
	await pipeline(createReadStream(join(HELPER_FOLDER, file)), createGunzip(), createWriteStream(unpacked));
	for (const machine of machines) await machine.give(unpacked, PLACE);
}

/** The process ids of our peer on each machine: one that was started again has another one. */
export async function agentPids({ machines }: Lab): Promise<readonly string[]> {
	return Promise.all(
		machines.map(async (machine) => {
			const { stdout } = await machine.run(["pidof", "fleetseed-agent"]);
			return `${machine.name} ${stdout.trim()}`;
		}),
	);
}
