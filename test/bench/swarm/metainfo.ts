import { infoHashOf } from "../../../src/swarm/torrent-file.ts";

export interface Metainfo {
	readonly announce: string;
	/** Hex. */
	readonly infoHash: string;
	readonly pieceBytes: number;
	readonly pieceCount: number;
	readonly sizeBytes: number;
}

/** Of a torrent that we made, with one file. */
export function readMetainfo(torrent: Buffer): Metainfo {
	const text = torrent.toString("latin1");
	const number = (key: string) => Number(new RegExp(`${key.length}:${key}i(\\d+)e`).exec(text)?.[1] ?? Number.NaN);
	const [head = "", length = "0"] = /^d8:announce(\d+):/.exec(text) ?? [];
	const sizeBytes = number("length");
	const pieceBytes = number("piece length");
	return {
		announce: text.slice(head.length, head.length + Number(length)),
		infoHash: infoHashOf(torrent),
		pieceBytes,
		pieceCount: Math.ceil(sizeBytes / pieceBytes),
		sizeBytes,
	};
}
