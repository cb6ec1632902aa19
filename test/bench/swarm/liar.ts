// node liar.ts TORRENT ADDRESS: a machine of the swarm that says it has everything and serves garbage to whoever asks, again and again.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { announce } from "./announce.ts";
import { readMetainfo } from "./metainfo.ts";
import { blockOf, MESSAGE, Wire } from "./wire.ts";

export interface Lies {
	readonly kind: "lies";
	readonly victims: readonly Victim[];
}

export interface Victim {
	readonly address: string;
	/** Pieces of which it was given at least a block, and those that it was given in full. */
	readonly pieces: number;
	readonly wholePieces: number;
	readonly bytes: number;
	readonly connections: number;
}

const PEER_ID = "-XX0001-liarliarliar";
const MAX_BLOCK_BYTES = 128 * 1024;
const DIAL_MS = 1_000;

const [torrentFile = "", address = ""] = process.argv.slice(2);
const { announce: tracker, infoHash, pieceBytes, pieceCount } = readMetainfo(readFileSync(torrentFile));
const garbage = randomBytes(MAX_BLOCK_BYTES);
const given = new Map<string, { bytesOf: Map<number, number>; connections: number }>();
const connected = new Map<string, Socket>();

function lieTo(socket: Socket, victim: string): void {
	connected.set(victim, socket);
	socket.on("error", () => socket.destroy());
	socket.on("close", () => {
		if (connected.get(victim) === socket) connected.delete(victim);
	});
	const wire = new Wire(socket, {
		infoHash,
		peerId: PEER_ID,
		onGreeted: () => {
			const tally = given.get(victim) ?? { bytesOf: new Map(), connections: 0 };
			tally.connections += 1;
			given.set(victim, tally);
			wire.send(MESSAGE.bitfield, everything());
			wire.send(MESSAGE.unchoke);
		},
		onMessage: (id, payload) => {
			if (id === MESSAGE.request) serve(wire, victim, payload);
		},
	});
}

function everything(): Buffer {
	const bits = Buffer.alloc(Math.ceil(pieceCount / 8), 0xff);
	const spare = bits.length * 8 - pieceCount;
	bits[bits.length - 1] = (0xff << spare) & 0xff;
	return bits;
}

function serve(wire: Wire, victim: string, request: Buffer): void {
	const block = blockOf(request);
	const tally = given.get(victim);
	if (!block || !tally || block.length > MAX_BLOCK_BYTES) return;
	tally.bytesOf.set(block.piece, (tally.bytesOf.get(block.piece) ?? 0) + block.length);
	wire.send(MESSAGE.piece, Buffer.concat([request.subarray(0, 8), garbage.subarray(0, block.length)]));
}

/** Whoever dropped it is dialled again: a liar is not ashamed. */
async function dial(port: number): Promise<void> {
	const peers = await announce(tracker, { infoHash, peerId: PEER_ID, port, left: 0, event: "started" });
	for (const { host, port: theirs } of peers)
		if (host !== address && theirs > 0 && !connected.has(host))
			lieTo(connect({ host, port: theirs, localAddress: address }), host);
}

function told(): Lies {
	const victims = [...given].map(([victim, { bytesOf, connections }]) => ({
		address: victim,
		pieces: bytesOf.size,
		wholePieces: [...bytesOf.values()].filter((bytes) => bytes >= pieceBytes).length,
		bytes: [...bytesOf.values()].reduce((sum, bytes) => sum + bytes, 0),
		connections,
	}));
	return { kind: "lies", victims };
}

const server = createServer((socket) => lieTo(socket, (socket.remoteAddress ?? "").replace(/^::ffff:/, "")));
server.listen(0, address, () => {
	const bound = server.address();
	const port = bound !== null && typeof bound === "object" ? bound.port : 0;
	void dial(port);
	setInterval(() => void dial(port), DIAL_MS);
});
process.on("message", () => process.send?.(told()));
process.on("disconnect", () => process.exit(0));
