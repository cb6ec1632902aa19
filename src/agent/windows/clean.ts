import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readState } from "./job-folder.ts";
import { stateFolder } from "./state.ts";

interface Keeping {
	readonly packages: readonly string[];
	readonly jobs: readonly string[];
}

/** `cleaned HELPERS PACKAGES JOBS BUSY KIB`. We ourselves, who run, are no helper that could go: Windows holds our file. */
export async function clean({ packages, jobs }: Keeping): Promise<string> {
	const state = stateFolder();
	const before = await sizeOf(state);
	const names = (folder: string) => readdir(join(state, folder)).catch(() => []);
	const states = new Map<string, string>();
	for (const key of await names("jobs")) states.set(key, (await readState(join(state, "jobs", key))).kind);
	const running = [...states.values()].filter((kind) => kind === "running").length;
	const gone = { helpers: 0, packages: 0, jobs: 0 };
	for (const digest of await names("helper"))
		if (digest !== basename(dirname(process.execPath)) && (await isGone(join(state, "helper", digest)))) gone.helpers++;
	for (const folder of ["packages", "incoming"])
		for (const name of await names(folder)) {
			if (running > 0 || packages.includes(name.slice(0, 64))) continue;
			if ((await isGone(join(state, folder, name))) && folder === "packages" && name.length === 64) gone.packages++;
		}
	for (const [key, kind] of states)
		if (kind !== "running" && !jobs.includes(key) && (await isGone(join(state, "jobs", key)))) gone.jobs++;
	// Who has a machine cleaned lets an older run start on it again.
	if (running === 0) await rm(join(state, "fences"), { recursive: true, force: true });
	const kib = before - (await sizeOf(state));
	return `cleaned ${gone.helpers} ${gone.packages} ${gone.jobs} ${running} ${kib}\n`;
}

/** Windows keeps what is open. */
export async function isGone(path: string): Promise<boolean> {
	await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
	return !existsSync(path);
}

async function sizeOf(folder: string): Promise<number> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	const sizes = await Promise.all(
		files.map(({ parentPath, name }) =>
			stat(join(parentPath, name)).then(
				({ size }) => size,
				() => 0,
			),
		),
	);
	return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
