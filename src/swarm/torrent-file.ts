import { createHash } from "node:crypto";

const MIN_PIECE_BYTES = 64 * 1024;
const MAX_PIECE_BYTES = 4 * 1024 * 1024;
/**
 * About so many pieces: what somebody has just received whole can be passed on, and the last one goes round when the source has
 * long ended, so both ends of a distribution cost a piece's time for each machine. More pieces mean more messages about them.
 */
const PIECES = 1024;

/** The smallest power of two from 64 KiB to 4 MiB that leaves at most 1,024 pieces; beyond 4 GiB there are more. */
export function pieceBytesFor(sizeBytes: number): number {
	let pieceBytes = MIN_PIECE_BYTES;
	while (pieceBytes < MAX_PIECE_BYTES && sizeBytes / pieceBytes > PIECES) pieceBytes *= 2;
	return pieceBytes;
}

/** The same torrent with `announce` as its only tracker. Keys of a dictionary are sorted (BEP 3), and announce is the first. */
export function withAnnounce(torrent: Uint8Array, announce: string): Uint8Array {
	const url = Buffer.from(announce);
	return Buffer.concat([Buffer.from(`d8:announce${url.length}:`), url, torrent.subarray(1)]);
}

/** SHA-1 of the info dictionary, in hex. Only for torrents that we made: their info dictionary is the last value. */
export function infoHashOf(torrent: Uint8Array): string {
	const bytes = Buffer.from(torrent);
	const key = "4:info";
	const start = bytes.indexOf(`${key}d`);
	if (start < 0) throw new Error("the torrent has no info dictionary");
	return createHash("sha1")
		.update(bytes.subarray(start + key.length, -1))
		.digest("hex");
}
