import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import bencode from "bencode";
import { hashPieces } from "./hash-pieces.ts";
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

/** The same bytes for the same package everywhere: no time, and no tracker. */
async function make(
	packageFile: string,
	{ sha256, sizeBytes }: { sha256: string; sizeBytes: number },
): Promise<Uint8Array> {
	const pieceBytes = pieceBytesFor(sizeBytes);
	return bencode.encode({
		"created by": "fleetseed",
		info: {
			length: sizeBytes,
			name: sha256,
			"piece length": pieceBytes,
			pieces: await hashPieces(packageFile, { sizeBytes, pieceBytes }),
			private: 1,
		},
	});
}

async function keep(path: string, torrent: Uint8Array): Promise<void> {
	await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
	const partial = `${path}.${process.pid}`;
	await writeFile(partial, torrent, { mode: 0o600, flush: true });
	await rename(partial, path);
}
