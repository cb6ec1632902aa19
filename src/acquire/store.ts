import type { Stats } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const DIGEST = /^[0-9a-f]{64}$/;
const FOLDERS = ["packages", "partial", "quarantine"] as const;

/** Packages by SHA-256 (64 hex digits, lower case). A file is under packages/ only once its digest was checked and it was fsynced. */
export class Store {
	readonly folder: string;
	readonly maxPackageBytes: number;

	constructor(options: { readonly folder: string; readonly maxPackageBytes: number }) {
		this.folder = options.folder;
		this.maxPackageBytes = options.maxPackageBytes;
	}

	/** Makes the folders, for the daemon's user alone. Removes nothing: what is in partial/ is resumed. */
	async start(): Promise<void> {
		await mkdir(this.folder, { recursive: true, mode: 0o700 });
		for (const name of FOLDERS) await mkdir(join(this.folder, name), { recursive: true, mode: 0o700 });
	}

	async has(sha256: string): Promise<boolean> {
		const found = await stat(this.path(sha256)).catch(onlyMissing);
		return found?.isFile() ?? false;
	}

	/** The file that is seeded; its name is exactly the digest. Throws on anything but a digest, so no name leaves the folder. */
	path(sha256: string): string {
		return this.#place("packages", sha256);
	}

	/** Throws when the package is not held. */
	async sizeBytes(sha256: string): Promise<number> {
		return (await stat(this.path(sha256))).size;
	}

	partialPath(sha256: string): string {
		return this.#place("partial", sha256);
	}

	/** What earlier calls have brought of a package that is not whole yet. */
	async partialBytes(sha256: string): Promise<number> {
		return (await stat(this.partialPath(sha256)).catch(onlyMissing))?.size ?? 0;
	}

	/** Moves the verified partial file in among the packages, so that it is there after a power cut too. */
	async keep(sha256: string): Promise<void> {
		await sync(this.partialPath(sha256));
		await rename(this.partialPath(sha256), this.path(sha256));
		await rm(`${this.partialPath(sha256)}.json`, { force: true });
		await sync(join(this.folder, "packages"));
	}

	/** Packages to do without, the oldest first, so that the rest comes to at most so many bytes; what is needed stays even beyond them. */
	async surplus(maxBytes: number, needed: ReadonlySet<string>): Promise<readonly string[]> {
		const names = (await readdir(join(this.folder, "packages"))).filter((name) => DIGEST.test(name));
		const seen = await Promise.all(names.map((name) => stat(this.path(name)).catch(() => null)));
		// One that is gone meanwhile takes no room any more.
		const held = names.flatMap((name, index) => sizeAndAge(name, seen[index] ?? null));
		let excess = held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) - maxBytes;
		const surplus: string[] = [];
		for (const { name, sizeBytes } of held.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
			if (excess <= 0) break;
			if (needed.has(name)) continue;
			surplus.push(name);
			excess -= sizeBytes;
		}
		return surplus;
	}

	/** What is downloaded again when somebody needs it after all. */
	async drop(sha256: string): Promise<void> {
		await rm(this.path(sha256), { force: true });
	}

	/** Sets a file with the wrong digest aside for a person to look at; the newest one per package is kept. Returns its path. */
	async quarantine(sha256: string, saw: string): Promise<string> {
		const folder = join(this.folder, "quarantine");
		const older = (await readdir(folder)).filter((name) => name.startsWith(`${sha256}-`));
		for (const name of older) await rm(join(folder, name), { force: true });
		const path = join(folder, `${sha256}-${saw.slice(0, 16)}`);
		await rename(this.partialPath(sha256), path);
		await rm(`${this.partialPath(sha256)}.json`, { force: true });
		return path;
	}

	#place(folder: (typeof FOLDERS)[number], sha256: string): string {
		if (!DIGEST.test(sha256)) throw new TypeError(`not a SHA-256 digest: ${JSON.stringify(sha256)}`);
		return join(this.folder, folder, sha256);
	}
}

function sizeAndAge(name: string, found: Stats | null) {
	return found ? [{ name, sizeBytes: found.size, mtimeMs: found.mtimeMs }] : [];
}

async function sync(path: string): Promise<void> {
	const handle = await open(path, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

function onlyMissing(error: NodeJS.ErrnoException): null {
	if (error.code === "ENOENT") return null;
	throw error;
}
