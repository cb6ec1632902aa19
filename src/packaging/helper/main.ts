import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleAgent } from "./bundle.ts";
import { type Ensured, ensure, FOLDER } from "./ensure.ts";
import { readManifest } from "./manifest.ts";
import { PLATFORMS, type Platform } from "./platforms.ts";

/** `npm run build:helper [-- --only PLATFORM]`: our peer as one executable file for each platform, gzipped, with a manifest. */
async function main(): Promise<void> {
	const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
	const names = PLATFORMS.map(({ name }) => name as string);
	const stranger = values.only?.find((name) => !names.includes(name));
	if (stranger !== undefined) throw new Error(`--only: expected ${names.join(", ")}, got "${stranger}"`);
	const bundle = await bundleAgent();
	for (const platform of PLATFORMS)
		if (values.only?.includes(platform.name) ?? true) console.log(tell(platform, await ensure(platform, bundle)));
	await removeStale();
}

function tell({ name }: Platform, { sizeBytes, gzipBytes, sha256, isFresh }: Ensured): string {
	const [whole, packed] = [sizeBytes, gzipBytes].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`);
	return `${name}: ${whole}, ${packed} gzipped, sha256 ${sha256}${isFresh ? " (unchanged)" : ""}`;
}

/** A daemon that is sending an old one has it open. */
async function removeStale(): Promise<void> {
	const { platforms } = await readManifest(FOLDER);
	const named = new Set(Object.values(platforms).map(({ file }) => file));
	for (const name of await readdir(FOLDER))
		if (name.endsWith(".gz") && !named.has(name)) await rm(join(FOLDER, name), { force: true });
}

await main();
