import { mkdir } from "node:fs/promises";
import WebTorrent, { type Torrent } from "webtorrent-hybrid";
import { HARDENED } from "../swarm/hardened.ts";

/** Measured, 16 machines on 20 Mbit/s: 30 s with 6 connections, 48 s with all of them. */
const MAX_CONNECTIONS = 6;
const UPLOAD_SLOTS = 4;
/** The library asks a tracker that did not answer again after 15 minutes; a controller that restarts is back in seconds. */
const ASK_AGAIN_MS = 5_000;

export interface PeerState {
	readonly sha256: string;
	readonly downloadedBytes: number;
	readonly uploadedBytes: number;
	readonly sizeBytes: number;
	readonly isComplete: boolean;
}

export interface PeerOptions {
	readonly torrent: Uint8Array;
	/** The package goes to <folder>/<sha256>; what is there of it already is checked and kept. */
	readonly folder: string;
	/** Told once everything is there; the torrent's own hashes were checked. */
	readonly onCompleted: () => void;
	readonly onBroken: (error: Error) => void;
}

/** Receives one package from the source and the other machines, and passes it on. Finds peers by the torrent's tracker only. */
export class Peer {
	readonly #options: PeerOptions;
	readonly #client: WebTorrent;
	#torrent: Torrent | null = null;
	#asking: NodeJS.Timeout | undefined;

	constructor(options: PeerOptions) {
		this.#options = options;
		this.#client = new WebTorrent({ ...HARDENED, maxConns: MAX_CONNECTIONS, seedOutgoingConnections: false });
		this.#client.on("error", options.onBroken);
	}

	async start(): Promise<void> {
		const { torrent, folder, onCompleted, onBroken } = this.#options;
		await mkdir(folder, { recursive: true });
		if (this.#torrent) return;
		this.#torrent = this.#client.add(torrent, { path: folder, strategy: "rarest", uploads: UPLOAD_SLOTS });
		this.#torrent.on("error", onBroken);
		this.#torrent.on("warning", () => undefined);
		this.#torrent.once("done", onCompleted);
		this.#asking = setInterval(() => this.#askAgain(), ASK_AGAIN_MS);
	}

	#askAgain(): void {
		const torrent = this.#torrent;
		if (torrent && !torrent.done && torrent.wires.length === 0) torrent.discovery?.tracker?.update();
	}

	/** Announces that it stops. */
	async stop(): Promise<void> {
		if (!this.#torrent) return;
		clearInterval(this.#asking);
		this.#torrent = null;
		await new Promise<void>((resolve) => this.#client.destroy(() => resolve()));
	}

	/** Null until the torrent is read and what is in the folder is checked. */
	get state(): PeerState | null {
		const torrent = this.#torrent;
		if (!torrent?.length) return null;
		const { name, downloaded, uploaded, length, done } = torrent;
		return { sha256: name, downloadedBytes: downloaded, uploadedBytes: uploaded, sizeBytes: length, isComplete: done };
	}
}
