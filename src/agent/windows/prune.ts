import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { KEPT_DAYS, KEPT_JOBS, KEPT_PACKAGES_KIB } from "../../model/job-contract.ts";
import { isGone } from "./clean.ts";
import { readState } from "./job-folder.ts";
import { stateFolder } from "./state.ts";

const DAY_MS = 86_400_000;
const DIGEST_LENGTH = 64;

interface Entry {
	readonly name: string;
	readonly path: string;
	readonly ageMs: number;
	readonly bytes: number;
}

/** Removes what nobody comes back to: ended jobs by age and beyond a count, packages by age and sooner where they are many, parts of packages and programs of ours of old. */
export async function prune(): Promise<void> {
	const ended: Entry[] = [];
	for (const job of await youngestFirst("jobs"))
		if (["exited", "lost"].includes((await readState(job.path)).kind)) ended.push(job);
	for (const [index, { path, ageMs }] of ended.entries())
		if (index >= KEPT_JOBS || ageMs > KEPT_DAYS * DAY_MS) await isGone(path);
	await prunePackages();
	for (const { path, ageMs } of await youngestFirst("incoming")) if (ageMs > KEPT_DAYS * DAY_MS) await isGone(path);
	const ours = basename(dirname(process.execPath));
	for (const { name, path, ageMs } of await youngestFirst("helper"))
		if (name !== ours && ageMs > KEPT_DAYS * DAY_MS) await isGone(path);
}

/** A package goes with the names that installers have opened it by. */
async function prunePackages(): Promise<void> {
	const entries = await youngestFirst("packages");
	let keptBytes = 0;
	for (const { name: digest, ageMs, bytes } of entries) {
		if (digest.length !== DIGEST_LENGTH) continue;
		keptBytes += bytes;
		const days = keptBytes > KEPT_PACKAGES_KIB * 1024 ? 1 : KEPT_DAYS;
		if (ageMs <= days * DAY_MS) continue;
		for (const { name, path } of entries) if (name.startsWith(digest)) await isGone(path);
	}
}

async function youngestFirst(folder: string): Promise<readonly Entry[]> {
	const parent = join(stateFolder(), folder);
	const entries: Entry[] = [];
	for (const name of await readdir(parent).catch(() => [])) {
		const path = join(parent, name);
		const seen = await stat(path).catch(() => null);
		if (seen) entries.push({ name, path, ageMs: Date.now() - seen.mtimeMs, bytes: seen.size });
	}
	return entries.toSorted((a, b) => a.ageMs - b.ageMs);
}
