import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { Job } from "./job.ts";

const provenance = z.object({
	/** The source of the newest bytes, with no password in it. */
	source: z.string(),
	/** That source's ETag or Last-Modified, for If-Range; null when it gave none that If-Range may carry. */
	validator: z.string().nullable(),
	sizeBytes: z.number().int().nonnegative().nullable(),
});

/** Where a partial file came from. Kept beside it, so that a later process can resume. */
export type Provenance = Readonly<z.infer<typeof provenance>>;

export interface PartialFile {
	readonly lengthBytes: number;
	readonly provenance: Provenance | null;
}

const NOTHING: PartialFile = { lengthBytes: 0, provenance: null };

/** What is there to resume. A partial file of unknown origin is worth nothing. */
export async function readPartial({ store, sha256 }: Job): Promise<PartialFile> {
	const path = store.partialPath(sha256);
	try {
		const [{ size }, text] = await Promise.all([stat(path), readFile(`${path}.json`, "utf8")]);
		const read = provenance.safeParse(parseJson(text));
		return read.success ? { lengthBytes: size, provenance: read.data } : NOTHING;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return NOTHING;
		throw error;
	}
}

export async function discardPartial({ store, sha256 }: Job): Promise<void> {
	const path = store.partialPath(sha256);
	await rm(`${path}.json`, { force: true });
	await rm(path, { force: true });
}

/**
 * Opens the partial file for writing at `offset`, and notes where the bytes come from. Starting at 0 empties it first: in the other
 * order a crash in between would leave old bytes under the new source's name.
 */
export async function openPartial({ store, sha256 }: Job, offset: number, from: Provenance) {
	const path = store.partialPath(sha256);
	const file = await open(path, offset === 0 ? "w" : "r+", 0o600);
	try {
		await writeFile(`${path}.json.tmp`, JSON.stringify(from), { mode: 0o600 });
		await rename(`${path}.json.tmp`, `${path}.json`);
	} catch (error) {
		await file.close();
		throw error;
	}
	return file;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}
