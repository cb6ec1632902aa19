import { existsSync, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestOf } from "./digest.ts";
import { readFreeKib } from "./machine-facts.ts";
import { stateFolder } from "./state.ts";

function paths(sha256: string) {
	const state = stateFolder();
	return { staged: join(state, "packages", sha256), arriving: join(state, "incoming", sha256) };
}

/** A line each: `staged yes` or nothing, `free KIB`, `at BYTES`: how much of the package's beginning is there. What is staged is checked. */
export async function staging(sha256: string, sizeBytes: number): Promise<string> {
	const { staged, arriving } = paths(sha256);
	for (const each of [staged, arriving]) await mkdir(dirname(each), { recursive: true });
	const isStaged = existsSync(staged) && (await digestOf(staged)) === sha256;
	if (!isStaged) await rm(staged, { force: true });
	// Whole, and not the package, or it would be staged.
	if (sizeOf(arriving) >= sizeBytes) await rm(arriving, { force: true });
	return `${isStaged ? "staged yes\n" : ""}free ${await readFreeKib()}\nat ${sizeOf(arriving)}\n`;
}

/** What has arrived becomes the staged package, or is removed: `staged`, `refused`, or `short BYTES`. */
export async function stage(sha256: string, sizeBytes: number): Promise<string> {
	const { staged, arriving } = paths(sha256);
	const arrived = sizeOf(arriving);
	if (arrived < sizeBytes) return `short ${arrived}\n`;
	if ((await digestOf(arriving)) !== sha256) {
		await rm(arriving, { force: true });
		return "refused\n";
	}
	const file = await open(arriving, "r+");
	await file.sync();
	await file.close();
	await rename(arriving, staged);
	return "staged\n";
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
