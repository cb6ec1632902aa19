import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { bundleAgent } from "../../../src/packaging/helper/bundle.ts";
import { ensure, FOLDER } from "../../../src/packaging/helper/ensure.ts";
import { NATIVE, PLATFORMS } from "../../../src/packaging/helper/platforms.ts";

/** How our peer is started on a machine: the program and its first arguments. */
export type Agent = readonly string[];

export const FROM_SOURCES: Agent = [
	process.execPath,
	"--disable-warning=ExperimentalWarning",
	fileURLToPath(new URL("../../../src/agent/main.ts", import.meta.url)),
];

/** As machines run it: the executable of that path, or else the one that is made of the sources, unpacked into the folder. */
export async function agentAt(path: string | null, folder: string): Promise<Agent> {
	if (path !== null) return [path];
	const platform = PLATFORMS.find(({ name }) => name === NATIVE);
	if (!platform) throw new Error(`our peer is not built for ${NATIVE}`);
	const { file } = await ensure(platform, await bundleAgent());
	const executable = join(folder, platform.executable);
	await pipeline(createReadStream(join(FOLDER, file)), createGunzip(), createWriteStream(executable, { mode: 0o755 }));
	return [executable];
}
