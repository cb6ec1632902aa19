import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import createTorrent from "create-torrent";
import { infoHashOf, pieceBytesFor } from "./torrent-file.ts";

export interface Made {
	readonly torrent: Uint8Array;
	readonly infoHash: string;
	readonly sizeBytes: number;
	readonly packageFile: string;
}

/** Where the torrent of a package is kept. It names no tracker: each machine gets its own announce URL. */
export function torrentPath(storeFolder: string, sha256: string): string {
	return join(storeFolder, "torrents", `${sha256}.torrent`);
}

/** The torrent of a package in the store; made once, then read from its file. Throws when the package is not there. */
export async function makeTorrent(storeFolder: string, sha256: string): Promise<Made> {
	if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error("not a SHA-256 in lower-case hex");
	const packageFile = join(storeFolder, "packages", sha256);
	const { size: sizeBytes, mtimeMs } = await stat(packageFile);
	const kept = await keptTorrent(torrentPath(storeFolder, sha256), mtimeMs);
	const torrent = kept ?? (await make(packageFile, { sha256, sizeBytes }));
	if (!kept) await keep(torrentPath(storeFolder, sha256), torrent);
	return { torrent, infoHash: infoHashOf(torrent), sizeBytes, packageFile };
}

/** A torrent older than its package may be of other bytes. */
async function keptTorrent(path: string, packageMtimeMs: number): Promise<Uint8Array | null> {
	const kept = await stat(path).catch(() => null);
	return kept && kept.size > 0 && kept.mtimeMs >= packageMtimeMs ? readFile(path) : null;
}

/** The same bytes for the same package everywhere: the library would write the time and add public trackers. */
function make(packageFile: string, { sha256, sizeBytes }: { sha256: string; sizeBytes: number }): Promise<Uint8Array> {
	const options = {
		name: sha256,
		private: true,
		pieceLength: pieceBytesFor(sizeBytes),
		announceList: [],
		creationDate: 1000,
		createdBy: "fleetseed",
		filterJunkFiles: false,
	};
	return new Promise((resolve, reject) => {
		createTorrent(packageFile, options, (error, torrent) => (error ? reject(error) : resolve(torrent)));
	});
}

async function keep(path: string, torrent: Uint8Array): Promise<void> {
	await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
	const partial = `${path}.${process.pid}`;
	await writeFile(partial, torrent, { mode: 0o600, flush: true });
	await rename(partial, path);
}
