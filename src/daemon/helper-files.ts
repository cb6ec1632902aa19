import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline, type Transform } from "node:stream";
import { z } from "zod";
import type { Helper, Platform } from "../push/task.ts";
import type { Pace } from "../swarm/pace.ts";

/** Where the program itself brings the helper. */
export const HELPER_FOLDER = join(import.meta.dirname, "../../dist/helper");

/** What uname(1) calls the platforms that a helper is built for; Windows has none. */
const PLATFORMS: Readonly<Record<string, string>> = {
	"Linux x86_64": "linux-x64",
	"Linux aarch64": "linux-arm64",
	"Windows x86_64": "win-x64",
};

const file = z.object({
	file: z.string().regex(/^[a-z0-9.-]+$/),
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
	sizeBytes: z.int().positive(),
	gzipBytes: z.int().positive(),
});
const manifest = z.object({ platforms: z.record(z.string(), file) });

/** The helpers that were built, by the manifest beside them, which is read anew each time: a new build is used at once. */
export class HelperFiles {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** No faster than every one of the paces. Null: there is none for the platform. */
	async helperFor(platform: Platform, paces: readonly [Pace, ...Pace[]]): Promise<Helper | null> {
		const found = await this.#find(platform);
		if (!found) return null;
		const { file, ...helper } = found;
		const streams = () => [createReadStream(join(this.#folder, file)), ...paces.map((pace) => pace.stream())];
		// Whoever reads hears of an error by the last of them.
		return { ...helper, readGzip: () => pipeline(streams(), () => undefined) as Transform };
	}

	/** Whether there is one for the platform, and its file has the size that the manifest names. */
	async isWhole(platform: Platform): Promise<boolean> {
		const found = await this.#find(platform);
		const stats = found ? await stat(join(this.#folder, found.file)).catch(() => null) : null;
		return stats !== null && stats.size === found?.gzipBytes;
	}

	async #find({ system, arch }: Platform) {
		const text = await readFile(join(this.#folder, "manifest.json"), "utf8").catch(() => '{ "platforms": {} }');
		return manifest.parse(JSON.parse(text)).platforms[PLATFORMS[`${system} ${arch}`] ?? ""];
	}
}
