import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What src/daemon/helper-files.ts reads, and what tells whether anything has to be built. */
export interface Manifest {
	readonly platforms: Readonly<Record<string, Built>>;
}

export interface Built {
	/** The gzipped executable, beside the manifest. */
	readonly file: string;
	/** Of the executable. */
	readonly sha256: string;
	readonly sizeBytes: number;
	readonly gzipSha256: string;
	readonly gzipBytes: number;
	/** Digest of all that it was made of. */
	readonly inputs: string;
}

export async function readManifest(folder: string): Promise<Manifest> {
	const text = await readFile(join(folder, "manifest.json"), "utf8").catch(() => null);
	return text === null ? { platforms: {} } : (JSON.parse(text) as Manifest);
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
	const draft = join(folder, `manifest.json.${process.pid}`);
	await writeFile(draft, `${JSON.stringify(manifest, null, "\t")}\n`);
	await rename(draft, join(folder, "manifest.json"));
}
