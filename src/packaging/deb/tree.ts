import { chmod, lstat, lutimes, readdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";

export interface StagedFile {
	/** From the tree's root, without a slash in front. */
	readonly path: string;
	readonly sizeBytes: number;
}

/** Gives everything in the tree the modes and the time that it has in the package, and answers its files in order. Of libraries nothing is run. */
export async function settle(root: string, epoch: number): Promise<readonly StagedFile[]> {
	const found: StagedFile[] = [];
	for await (const { path, stats } of walk(root)) {
		const isRun = stats.mode & 0o100 && !path.includes("/node_modules/");
		const mode = stats.isDirectory() || isRun ? 0o755 : 0o644;
		if (!stats.isSymbolicLink()) await chmod(path, mode);
		await lutimes(path, epoch, epoch);
		if (stats.isFile()) found.push({ path: relative(root, path), sizeBytes: stats.size });
	}
	return found;
}

/** Removes every file that the pattern says of, by its path from the tree's root; then the folders that are empty. */
export async function prune(root: string, isLeftOut: (path: string) => boolean): Promise<void> {
	for await (const { path, stats } of walk(root)) {
		if (!stats.isDirectory() && isLeftOut(relative(root, path))) await rm(path);
		else if (stats.isDirectory() && path !== root && (await readdir(path)).length === 0)
			await rm(path, { recursive: true });
	}
}

/** Names in order, a folder after what is in it. */
async function* walk(path: string): AsyncGenerator<{
	readonly path: string;
	readonly stats: Awaited<ReturnType<typeof lstat>> & { mode: number; size: number };
}> {
	const stats = await lstat(path);
	if (stats.isDirectory()) for (const name of (await readdir(path)).sort()) yield* walk(join(path, name));
	yield { path, stats };
}
