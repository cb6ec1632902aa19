import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import createTorrent from "create-torrent";
import { Program } from "./program.ts";
import type { Field } from "./system.ts";

const TRACKER = fileURLToPath(new URL("open-tracker.ts", import.meta.url));
const KIB = 1024;

export interface OpenTorrent {
	readonly file: string;
	readonly tracker: Program;
}

/** What others need to move the payload by BitTorrent: a tracker at the source, and a torrent that names it. */
export async function openTorrent({ source, payload, folder, footprint }: Field): Promise<OpenTorrent> {
	const argv = [process.execPath, "--disable-warning=ExperimentalWarning", TRACKER, source.address];
	const tracker = await Program.start(source, argv, { footprint });
	const port = /\d+/.exec(await tracker.line("port "))?.[0];
	const file = join(folder, "open.torrent");
	await mkdir(folder, { recursive: true });
	await writeFile(file, await make(payload.file, `http://${source.address}:${port}/announce`, payload.sizeBytes));
	return { file, tracker };
}

function make(file: string, announce: string, sizeBytes: number): Promise<Uint8Array> {
	const options = {
		name: basename(file),
		private: true,
		pieceLength: sizeBytes <= 256 * KIB * KIB ? 256 * KIB : KIB * KIB,
		announceList: [[announce]],
		creationDate: 1000,
		createdBy: "bench",
		filterJunkFiles: false,
	};
	return new Promise((resolve, reject) => {
		createTorrent(file, options, (error, torrent) => (error ? reject(error) : resolve(torrent)));
	});
}
