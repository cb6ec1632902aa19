import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Bundle, ROOT } from "./bundle.ts";
import { makeExecutable } from "./executable.ts";
import { type Built, readManifest, writeManifest } from "./manifest.ts";
import { NATIVE, type Platform } from "./platforms.ts";
import { nodeFor } from "./runtime.ts";

export const FOLDER = join(ROOT, "dist/helper");
export const CACHE = join(ROOT, "node_modules/.cache/fleetseed-helper");

export interface Ensured extends Built {
	readonly isFresh: boolean;
}

/** Builds the platform's executable in FOLDER unless what is there was made of the same. */
export async function ensure(platform: Platform, bundle: Bundle): Promise<Ensured> {
	await mkdir(FOLDER, { recursive: true });
	const node = await nodeFor(platform, CACHE);
	const inputs = await digestOf(node, bundle);
	const { platforms } = await readManifest(FOLDER);
	const last = platforms[platform.name];
	const isFresh = last?.inputs === inputs && existsSync(join(FOLDER, last.file));
	const built = isFresh ? last : { ...(await build(platform, node, bundle)), inputs };
	if (!isFresh) await writeManifest(FOLDER, { platforms: { ...platforms, [platform.name]: built } });
	return { ...built, isFresh };
}

async function build(platform: Platform, node: string, { code }: Bundle): Promise<Omit<Built, "inputs">> {
	const folder = await mkdtemp(join(FOLDER, "draft-"));
	try {
		const content = await makeExecutable(platform, node, { code, folder });
		const packed = await promisify(gzip)(content, { level: 9 });
		const sha256 = digest(content);
		const file = `fleetseed-agent-${platform.name}-${sha256.slice(0, 16)}.gz`;
		await writeFile(join(folder, file), packed);
		await rename(join(folder, file), join(FOLDER, file));
		return { file, sha256, sizeBytes: content.length, gzipSha256: digest(packed), gzipBytes: packed.length };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The script, Node, and the programs that put the two together. */
async function digestOf(node: string, bundle: Bundle): Promise<string> {
	const hash = createHash("sha256")
		.update(bundle.digest)
		.update(NATIVE)
		.update(await readFile(node));
	for (const name of (await readdir(import.meta.dirname)).sort())
		hash.update(await readFile(join(import.meta.dirname, name)));
	return hash.digest("hex");
}

function digest(content: Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}
