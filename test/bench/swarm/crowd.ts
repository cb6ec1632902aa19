import { connect, type Socket } from "node:net";
import { announce } from "./announce.ts";
import type { Metainfo } from "./metainfo.ts";
import { contentBytes, MESSAGE, Wire } from "./wire.ts";

const BLOCK_BYTES = 16 * 1024;

export interface CrowdOptions {
	readonly sourcePort: number;
	readonly members: readonly Member[];
}

export interface Member {
	/** On loopback, where its connections come from. */
	readonly address: string;
	/** One for each package, with the member's own announce URL. */
	readonly torrents: readonly Metainfo[];
}

/**
 * Many peers in one process, as light as they can be: each is connected to the source for each package, fetches what the
 * source shows, and keeps nothing. What the source needs for them is what is to be seen, not how fast they are.
 */
export class Crowd {
	readonly #options: CrowdOptions;
	readonly #sockets = new Set<Socket>();
	greeted = 0;
	contentBytes = 0;

	constructor(options: CrowdOptions) {
		this.#options = options;
	}

	async gather(): Promise<void> {
		for (const member of this.#options.members)
			for (const [index, torrent] of member.torrents.entries()) await this.#join(member, torrent, index);
	}

	get connected(): number {
		return this.#sockets.size;
	}

	scatter(): void {
		for (const socket of this.#sockets) socket.destroy();
	}

	async #join({ address }: Member, torrent: Metainfo, index: number): Promise<void> {
		const { infoHash, sizeBytes } = torrent;
		const peerId = `-XX0001-${address}-${index}`;
		const port = 20_000 + index;
		await announce(torrent.announce, { infoHash, peerId, port, left: sizeBytes, event: "started" });
		const socket = connect({ host: "127.0.0.1", port: this.#options.sourcePort, localAddress: address });
		this.#sockets.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => this.#sockets.delete(socket));
		this.#fetch(socket, torrent, peerId);
	}

	#fetch(socket: Socket, torrent: Metainfo, peerId: string): void {
		const left = new Map<number, number>();
		const ask = (piece: number) => {
			if (piece >= torrent.pieceCount || left.has(piece)) return;
			const blocks = blocksOf(torrent, piece);
			left.set(piece, blocks.length);
			for (const block of blocks) wire.request(block);
		};
		const wire = new Wire(socket, {
			infoHash: torrent.infoHash,
			peerId,
			onGreeted: () => {
				this.greeted += 1;
				wire.send(MESSAGE.haveNone);
				wire.send(MESSAGE.interested);
			},
			onMessage: (id, payload) => {
				if (id === MESSAGE.have) ask(payload.readUInt32BE());
				if (id === MESSAGE.haveAll) ask(0);
				if (id === MESSAGE.piece) this.#take(wire, left, payload);
			},
		});
	}

	#take(wire: Wire, left: Map<number, number>, payload: Buffer): void {
		this.contentBytes += contentBytes(payload);
		const piece = payload.readUInt32BE();
		const blocks = (left.get(piece) ?? 0) - 1;
		left.set(piece, blocks);
		if (blocks === 0) wire.have(piece);
	}
}

function blocksOf({ pieceBytes, sizeBytes }: Metainfo, piece: number) {
	const bytes = Math.min(pieceBytes, sizeBytes - piece * pieceBytes);
	return Array.from({ length: Math.ceil(bytes / BLOCK_BYTES) }, (_, index) => {
		const begin = index * BLOCK_BYTES;
		return { piece, begin, length: Math.min(BLOCK_BYTES, bytes - begin) };
	});
}
