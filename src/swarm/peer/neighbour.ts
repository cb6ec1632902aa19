import type { Socket } from "node:net";
import { isOurPeer } from "./peer-id.ts";
import type { PieceBuffers } from "./piece-buffers.ts";
import { PeerWire } from "./wire.ts";

/** What every client answers. */
const STANDARD_BLOCK_BYTES = 16 * 1024;
/** Our own peers, and the source, bear longer requests. */
const OUR_BLOCK_BYTES = 128 * 1024;
const HANDSHAKE_SECONDS = 10;
/** A neighbour that is silent for as long is gone; each says that it is there every 55 s. */
const SILENT_SECONDS = 150;
/** What is asked of a neighbour ahead of its answers, in time at the rate that it has shown ... */
const AHEAD_SECONDS = 0.4;
/** ... and at least and at most. */
const MIN_AHEAD_BYTES = 32 * 1024;
const MAX_AHEAD_BYTES = 4 * 1024 * 1024;
/** Weight of the newest measurement of a rate. */
const NEWEST = 0.12;

export interface NeighbourOptions {
	readonly socket: Socket;
	/** What is sent may lie in. */
	readonly buffers: PieceBuffers;
	readonly isDialled: boolean;
	readonly isSource: boolean;
	readonly infoHash: string;
	readonly ourPeerId: string;
	/** It shook hands: it speaks of our package and is not ourselves. */
	readonly onGreeted: (neighbour: Neighbour) => void;
	readonly onClosed: (neighbour: Neighbour) => void;
}

/** One connection to another peer of the package. */
export class Neighbour {
	readonly wire: PeerWire;
	readonly address: string;
	readonly isDialled: boolean;
	readonly isSource: boolean;
	/** Pieces that it has and we may lack. */
	readonly offer: number[] = [];
	/** Pieces that were what they should be, and that were not. */
	goodPieces = 0;
	badPieces = 0;
	/** Asked for and not yet there. */
	askedBytes = 0;
	receivedBytes = 0;
	sentBytes = 0;
	/** Bytes per second that it sends us, of parts of blocks too. */
	rate = 0;
	readonly #options: NeighbourOptions;
	readonly #socket: Socket;
	#arrivedBytes = 0;
	#hasToldAll = false;
	#isGreeted = false;
	#isOurs = false;
	#isQuiet = true;
	#quietSeconds = 0;
	#isClosed = false;

	constructor(options: NeighbourOptions) {
		const { socket, isDialled } = options;
		this.#options = options;
		this.#socket = socket;
		this.address = plainAddress(socket.remoteAddress ?? "");
		this.isDialled = isDialled;
		this.isSource = options.isSource;
		this.wire = new PeerWire(socket, isDialled ? "tcpOutgoing" : "tcpIncoming", options.buffers);
		socket.setNoDelay(true);
		socket.on("data", (bytes) => this.hear(bytes));
		socket.on("error", () => this.close());
		socket.on("close", () => this.close());
		this.wire.on("download", (bytes: number) => {
			this.receivedBytes += bytes;
		});
		this.wire.once("handshake", (infoHash: string, peerId: string) => this.#greet(infoHash, peerId));
		this.wire.once("finish", () => this.close());
		this.wire.on("bitfield", () => this.#tellsAll());
		this.wire.on("have-all", () => this.#tellsAll());
		if (isDialled) this.#shakeHands();
	}

	/** In hex. */
	get peerId(): string {
		return this.wire.peerId ?? "";
	}

	/** What has arrived, whose bytes may be others once the call returns. */
	hear(bytes: Uint8Array): void {
		this.#isQuiet = false;
		this.#arrivedBytes += bytes.length;
		this.wire.receive(bytes);
	}

	onDrain(listener: () => void): void {
		this.#socket.on("drain", listener);
	}

	/** A peer of ours, or the source. */
	get isOurs(): boolean {
		return this.#isOurs;
	}

	get blockBytes(): number {
		return this.#isOurs ? OUR_BLOCK_BYTES : STANDARD_BLOCK_BYTES;
	}

	/** Whether it answers what we ask, and has not been asked for enough yet: one thing at a time while it may be a liar. */
	get bearsMore(): boolean {
		const isProven = this.isSource || (this.goodPieces > 0 && this.badPieces === 0);
		if (!isProven && this.askedBytes > 0) return false;
		const ahead = Math.min(MAX_AHEAD_BYTES, Math.max(MIN_AHEAD_BYTES, this.rate * AHEAD_SECONDS));
		return !this.#isClosed && !this.wire.peerChoking && this.askedBytes < ahead;
	}

	has(piece: number): boolean {
		return this.wire.peerPieces.get(piece);
	}

	/** For how long it has said nothing. */
	get quietSeconds(): number {
		return this.#quietSeconds;
	}

	/** To be called every so often: whoever is silent for too long is gone. (A timer of the socket's own costs more than reading from it.) */
	measure(seconds: number): void {
		this.#quietSeconds = this.#isQuiet ? this.#quietSeconds + seconds : 0;
		this.#isQuiet = true;
		if (this.#quietSeconds > (this.#isGreeted ? SILENT_SECONDS : HANDSHAKE_SECONDS)) {
			this.close();
			return;
		}
		const now = this.#arrivedBytes / seconds;
		this.#arrivedBytes = 0;
		this.rate = this.rate === 0 ? now : this.rate * (1 - NEWEST) + now * NEWEST;
	}

	/** Safe to call twice. */
	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.wire.setKeepAlive(false);
		this.wire.destroy();
		this.#socket.destroy();
		this.#options.onClosed(this);
	}

	/** What a neighbour holds is told whole once, at the beginning (BEP 3). */
	#tellsAll(): void {
		if (this.#hasToldAll) this.close();
		this.#hasToldAll = true;
	}

	#shakeHands(): void {
		this.wire.handshake(this.#options.infoHash, this.#options.ourPeerId, { fast: true });
	}

	#greet(infoHash: string, peerId: string): void {
		const { ourPeerId, onGreeted } = this.#options;
		if (infoHash !== this.#options.infoHash || peerId === ourPeerId) {
			this.close();
			return;
		}
		if (!this.isDialled) this.#shakeHands();
		this.#isGreeted = true;
		this.#isOurs = this.isSource || isOurPeer(peerId);
		this.wire.setKeepAlive(true);
		onGreeted(this);
	}
}

/** A socket that listens on both families tells IPv4 addresses as ::ffff:10.0.0.1. */
export function plainAddress(address: string): string {
	return address.replace(/^::ffff:/, "");
}
