import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pieceLevels } from "../piece-levels.ts";
import { Announcer, type TrackerAnswer } from "./announcer.ts";
import { Downloads } from "./downloads.ts";
import type { Neighbour } from "./neighbour.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import { type Kept, News } from "./news.ts";
import { OUR_PEER_ID } from "./peer-id.ts";
import { PieceFile } from "./piece-file.ts";
import { PieceMap } from "./piece-map.ts";
import { readTorrentInfo, type TorrentInfo } from "./torrent-info.ts";
import { Uploads } from "./uploads.ts";

const TICK_MS = 100;
/** Answers of the tracker in a row: somebody may be about to be told of. */
const DISMISSALS = 2;
/** After a disk refused a piece. */
const DISK_RETRY_MS = 5_000;

export interface PeerState {
	readonly sha256: string;
	readonly sizeBytes: number;
	/** Of pieces that were checked and kept, also by an earlier fetch. */
	readonly heldBytes: number;
	/** Received in this fetch. */
	readonly downloadedBytes: number;
	/** ... of which from the controller. */
	readonly sourceBytes: number;
	readonly uploadedBytes: number;
	/** Received and thrown away: wrong, or there already. */
	readonly wastedBytes: number;
	readonly neighbours: number;
	readonly isComplete: boolean;
	/** Complete, and the tracker said more than once that nobody needs this machine's copy any more. */
	readonly isDismissed: boolean;
}

export interface PeerOptions {
	readonly torrent: Uint8Array;
	/** The package goes to <folder>/<sha256>; what is there of it already is checked and kept. */
	readonly folder: string;
	/** Told once everything is there; the torrent's own hashes were checked. */
	readonly onCompleted: () => void;
	/** The disk refuses; the peer tries again by itself. */
	readonly onRefused: (error: Error) => void;
	/** A neighbour gave wrong pieces and is heard no more. */
	readonly onLiar: (address: string) => void;
}

/**
 * Receives one package from the source and the other machines, and passes it on. Peers are cooperative: nobody is choked, every
 * neighbour that the tracker names is met, and each is asked a little ahead for what is rarest.
 */
export class Peer {
	readonly #options: PeerOptions;
	readonly #info: TorrentInfo;
	readonly #file: PieceFile;
	readonly #pieces: PieceMap;
	readonly #downloads: Downloads;
	readonly #uploads: Uploads;
	readonly #neighbourhood: Neighbourhood;
	readonly #peerId = Buffer.concat([Buffer.from(OUR_PEER_ID), randomBytes(12)]).toString("hex");
	readonly #news = new News(() => this.#neighbourhood.neighbours);
	readonly #gone = { receivedBytes: 0, sentBytes: 0, sourceBytes: 0 };
	#announcer: Announcer | null = null;
	#diskTimer: NodeJS.Timeout | undefined;
	#ticking: NodeJS.Timeout | undefined;
	#heldBytes = 0;
	/** Of pieces that came in this fetch. */
	#keptBytes = 0;
	#dismissals = 0;
	#isReady = false;
	#isStopped = false;

	/** Throws when the torrent is none. */
	constructor(options: PeerOptions) {
		this.#options = options;
		this.#info = readTorrentInfo(options.torrent);
		const { sha256, pieceCount, pieceBytes, infoHash } = this.#info;
		this.#file = new PieceFile(join(options.folder, sha256), this.#info);
		this.#pieces = new PieceMap(pieceCount);
		const now = () => performance.now();
		this.#downloads = new Downloads({
			pieces: this.#pieces,
			buffers: this.#file.buffers,
			lengthOf: (piece) => this.#file.lengthOf(piece),
			keep: (piece, bytes, from) => this.#keep({ piece, from }, bytes),
			neighbours: () => this.#neighbourhood.neighbours,
			onLiar: (neighbour) => this.#expel(neighbour),
			now,
			chance: Math.random,
		});
		this.#uploads = new Uploads({ file: this.#file, pieceBytes, isHeld: (piece) => this.#pieces.isHeld(piece), now });
		this.#neighbourhood = new Neighbourhood({
			infoHash,
			ourPeerId: this.#peerId,
			buffers: this.#file.buffers,
			onMet: (neighbour) => this.#meet(neighbour),
			onLeft: (neighbour) => this.#part(neighbour),
			onStranger: () => this.#announcer?.soon(),
		});
	}

	async start(): Promise<void> {
		const { infoHash, announce } = this.#info;
		await mkdir(this.#options.folder, { recursive: true });
		await this.#file.open();
		for (const piece of await this.#file.held()) this.#hold(piece);
		this.#isReady = true;
		const port = await this.#neighbourhood.listen();
		this.#announcer = new Announcer({
			announce,
			infoHash,
			peerId: this.#peerId,
			port,
			figures: () => this.#figures(),
			onAnswer: (answer) => this.#heed(answer),
			onSilence: () => this.#neighbourhood.meetAgain(),
		});
		this.#announcer.start();
		this.#ticking = setInterval(() => this.#tick(), TICK_MS);
		if (this.#pieces.isComplete) this.#options.onCompleted();
	}

	/** Announces that it stops. Safe to call twice. */
	async stop(): Promise<void> {
		if (this.#isStopped) return;
		this.#isStopped = true;
		for (const timer of [this.#ticking, this.#diskTimer]) clearTimeout(timer);
		this.#news.stop();
		this.#downloads.stop();
		this.#uploads.stop();
		this.#neighbourhood.stop();
		await this.#announcer?.stop();
		await this.#file.close();
	}

	/** Null until what is in the folder is checked. */
	get state(): PeerState | null {
		if (!this.#isReady) return null;
		const { sha256, sizeBytes } = this.#info;
		const met = [...this.#neighbourhood.neighbours];
		const sum = (of: (neighbour: Neighbour) => number) => met.reduce((total, neighbour) => total + of(neighbour), 0);
		const downloadedBytes = this.#gone.receivedBytes + sum(({ receivedBytes }) => receivedBytes);
		return {
			sha256,
			sizeBytes,
			heldBytes: this.#heldBytes,
			downloadedBytes,
			sourceBytes: this.#gone.sourceBytes + sum(({ isSource, receivedBytes }) => (isSource ? receivedBytes : 0)),
			uploadedBytes: this.#gone.sentBytes + sum(({ sentBytes }) => sentBytes),
			wastedBytes: Math.max(0, downloadedBytes - this.#keptBytes - this.#downloads.pendingBytes),
			neighbours: met.length,
			isComplete: this.#pieces.isComplete,
			isDismissed: this.#dismissals >= DISMISSALS,
		};
	}

	#figures() {
		const state = this.state;
		const left = this.#info.sizeBytes - this.#heldBytes;
		const pieces = pieceLevels(this.#pieces.count, (piece) => this.#pieces.isHeld(piece));
		return { downloaded: state?.downloadedBytes ?? 0, uploaded: state?.uploadedBytes ?? 0, left, pieces };
	}

	#heed(answer: TrackerAnswer): void {
		this.#downloads.limit(answer.downBytesPerSecond);
		this.#uploads.limit(answer.upBytesPerSecond);
		this.#dismissals = answer.isDismissed && this.#pieces.isComplete ? this.#dismissals + 1 : 0;
		this.#neighbourhood.meet(answer);
	}

	#meet(neighbour: Neighbour): void {
		const { wire } = neighbour;
		const tell = (piece: number) => {
			if (piece >= this.#info.pieceCount) {
				neighbour.close();
				return;
			}
			this.#pieces.countHolder(piece, 1);
			if (this.#pieces.isHeld(piece)) return;
			neighbour.offer.push(piece);
			this.#downloads.ask(neighbour);
		};
		wire.on("have", tell);
		wire.on("bitfield", () => this.#countHeldBy(neighbour));
		wire.on("have-all", () => this.#countHeldBy(neighbour));
		wire.on("unchoke", () => this.#downloads.ask(neighbour));
		this.#uploads.welcome(neighbour);
		if (this.#pieces.isComplete && wire.hasFast) wire.haveAll();
		else if (this.#pieces.heldCount > 0) wire.bitfield(this.#pieces.bits());
		else if (wire.hasFast) wire.haveNone();
		wire.unchoke();
		if (!this.#pieces.isComplete) wire.interested();
	}

	#countHeldBy(neighbour: Neighbour): void {
		this.#countHolders(neighbour, 1);
		for (let piece = 0; piece < this.#info.pieceCount; piece++)
			if (neighbour.has(piece) && !this.#pieces.isHeld(piece)) neighbour.offer.push(piece);
		this.#downloads.ask(neighbour);
	}

	#countHolders(neighbour: Neighbour, change: 1 | -1): void {
		for (let piece = 0; piece < this.#info.pieceCount; piece++)
			if (neighbour.has(piece)) this.#pieces.countHolder(piece, change);
	}

	#part(neighbour: Neighbour): void {
		const { receivedBytes, sentBytes, isSource } = neighbour;
		this.#gone.receivedBytes += receivedBytes;
		this.#gone.sentBytes += sentBytes;
		if (isSource) this.#gone.sourceBytes += receivedBytes;
		this.#uploads.forget(neighbour);
		this.#downloads.forget(neighbour);
		this.#countHolders(neighbour, -1);
		if (!this.#isStopped) this.#downloads.askAll();
	}

	#expel(neighbour: Neighbour): void {
		this.#options.onLiar(neighbour.address);
		this.#neighbourhood.ban(neighbour);
	}

	/** Shown to the others only once it is on the disk. */
	async #keep(kept: Kept, bytes: Uint8Array): Promise<"kept" | "wrong" | "refused"> {
		const { piece } = kept;
		if (!this.#file.isPiece(piece, bytes)) return "wrong";
		const error = await this.#file.write(piece, bytes).then(
			() => null,
			(refusal: Error) => refusal,
		);
		if (error) this.#refused(error);
		else this.#kept(kept);
		return error ? "refused" : "kept";
	}

	#kept(kept: Kept): void {
		const { piece } = kept;
		if (this.#isStopped || this.#pieces.isHeld(piece)) return;
		this.#hold(piece);
		this.#keptBytes += this.#file.lengthOf(piece);
		this.#news.add(kept);
		if (!this.#pieces.isComplete) return;
		this.#news.tellAll();
		for (const { wire } of this.#neighbourhood.neighbours) wire.uninterested();
		this.#announcer?.completed();
		this.#options.onCompleted();
	}

	#hold(piece: number): void {
		this.#pieces.hold(piece);
		this.#heldBytes += this.#file.lengthOf(piece);
	}

	#refused(error: Error): void {
		if (this.#isStopped) return;
		this.#options.onRefused(error);
		this.#downloads.pause();
		clearTimeout(this.#diskTimer);
		this.#diskTimer = setTimeout(() => this.#downloads.resume(), DISK_RETRY_MS);
	}

	#tick(): void {
		this.#neighbourhood.measure(TICK_MS / 1000);
		this.#uploads.measure(TICK_MS / 1000);
		if (!this.#pieces.isComplete) this.#downloads.rebalance();
	}
}
