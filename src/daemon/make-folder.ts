import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes the folder and those above it, as `mkdir -p` does; rejects where that cannot be. Node's own recursive mkdir never ends where
 * the system says of a folder in one that is there that it is not, as it does of all that is made in /proc.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
	const error = await mkdir(folder, { mode }).catch((refused: NodeJS.ErrnoException) => refused);
	if (!(error instanceof Error) || (error.code === "EEXIST" && (await isFolder(folder)))) return;
	if (error.code !== "ENOENT" || (await isFolder(dirname(folder)))) throw error;
	await makeFolder(dirname(folder), mode);
	await makeFolder(folder, mode);
}

async function isFolder(path: string): Promise<boolean> {
	return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
