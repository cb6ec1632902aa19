import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Bundle, bundleAgent, ROOT } from "./bundle.ts";
import { makeExecutable } from "./executable.ts";
import { type Built, readManifest, writeManifest } from "./manifest.ts";
import { NATIVE, PLATFORMS, type Platform } from "./platforms.ts";
import { nodeFor } from "./runtime.ts";

const FOLDER = join(ROOT, "dist/helper");
const CACHE = join(ROOT, "node_modules/.cache/fleetseed-helper");

/** `npm run build:helper [-- --only PLATFORM]`: our peer as one executable file for each platform, gzipped, with a manifest. */
async function main(): Promise<void> {
	const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
	const names = PLATFORMS.map(({ name }) => name as string);
	const stranger = values.only?.find((name) => !names.includes(name));
	if (stranger !== undefined) throw new Error(`--only: expected ${names.join(", ")}, got "${stranger}"`);
	const bundle = await bundleAgent();
	await mkdir(FOLDER, { recursive: true });
	for (const platform of PLATFORMS)
		if (values.only?.includes(platform.name) ?? true) console.log(await ensure(platform, bundle));
	await removeStale();
}

/** Builds unless what is there was made of the same. */
async function ensure(platform: Platform, bundle: Bundle): Promise<string> {
	const node = await nodeFor(platform, CACHE);
	const inputs = await digestOf(node, bundle);
	const { platforms } = await readManifest(FOLDER);
	const last = platforms[platform.name];
	const isFresh = last?.inputs === inputs && existsSync(join(FOLDER, last.file));
	const built = isFresh ? last : { ...(await build(platform, node, bundle)), inputs };
	if (!isFresh) await writeManifest(FOLDER, { platforms: { ...platforms, [platform.name]: built } });
	const [whole, packed] = [built.sizeBytes, built.gzipBytes].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`);
	return `${platform.name}: ${whole}, ${packed} gzipped, sha256 ${built.sha256}${isFresh ? " (unchanged)" : ""}`;
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

/** A daemon that is sending an old one has it open. */
async function removeStale(): Promise<void> {
	const { platforms } = await readManifest(FOLDER);
	const named = new Set(Object.values(platforms).map(({ file }) => file));
	for (const name of await readdir(FOLDER))
		if (name.endsWith(".gz") && !named.has(name)) await rm(join(FOLDER, name), { force: true });
}

function digest(content: Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

await main();
