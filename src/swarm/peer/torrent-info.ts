import { createHash } from "node:crypto";
import bencode, { type Bencoded } from "bencode";

/** What a torrent of ours says (BEP 3, one file). */
export interface TorrentInfo {
	/** The package's SHA-256 in hex: the file's name. */
	readonly sha256: string;
	readonly sizeBytes: number;
	readonly pieceBytes: number;
	/** SHA-1 of each piece, 20 bytes each, one behind the other. */
	readonly hashes: Uint8Array;
	readonly pieceCount: number;
	/** In hex. */
	readonly infoHash: string;
	/** The tracker, with this machine's token. */
	readonly announce: string;
}

const SHA1_BYTES = 20;

/** Throws with a sentence when the file is no torrent of one package. */
export function readTorrentInfo(torrent: Uint8Array): TorrentInfo {
	const root = dictionaryOf(bencode.decode(torrent), "the torrent");
	const info = dictionaryOf(root.info, "its info");
	const sha256 = textOf(info.name, "its name");
	if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error("the torrent is not named for a SHA-256");
	const [sizeBytes, pieceBytes] = [
		countOf(info.length, "its length"),
		countOf(info["piece length"], "its piece length"),
	];
	const pieceCount = Math.ceil(sizeBytes / pieceBytes);
	const hashes = info.pieces;
	if (!(hashes instanceof Uint8Array) || hashes.length !== pieceCount * SHA1_BYTES)
		throw new Error("the torrent has not one hash for each piece");
	const infoHash = createHash("sha1").update(bencode.encode(info)).digest("hex");
	return {
		sha256,
		sizeBytes,
		pieceBytes,
		hashes,
		pieceCount,
		infoHash,
		announce: textOf(root.announce, "its tracker"),
	};
}

function dictionaryOf(value: Bencoded | null | undefined, what: string): { readonly [key: string]: Bencoded } {
	if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
		throw new Error(`${what} is no dictionary`);
	return value as { readonly [key: string]: Bencoded };
}

function textOf(value: Bencoded | undefined, what: string): string {
	if (!(value instanceof Uint8Array)) throw new Error(`the torrent lacks ${what}`);
	return Buffer.from(value).toString("utf8");
}

function countOf(value: Bencoded | undefined, what: string): number {
	if (!Number.isSafeInteger(value) || (value as number) <= 0) throw new Error(`the torrent lacks ${what}`);
	return value as number;
}
