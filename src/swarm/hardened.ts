import type { Socket } from "node:net";
import Protocol from "bittorrent-protocol";
import type WebTorrent from "webtorrent-hybrid";
import type { ClientOptions } from "webtorrent-hybrid";
import Peer from "webtorrent-hybrid/lib/peer.js";
import { MAX_MESSAGE_BYTES } from "./peer/wire.ts";

/**
 * webtorrent looks for peers by five ways unless told not to, and LSD even for private torrents. `secure: 0`: its RC4
 * costs more CPU than everything else together, and hides nothing from anybody on the LAN.
 */
export const HARDENED = {
	dht: false,
	lsd: false,
	utPex: false,
	natUpnp: false,
	natPmp: false,
	utp: false,
	webSeeds: false,
	secure: 0,
} as const satisfies ClientOptions;

/**
 * The protocol library waits for as many bytes as a peer declares, up to 2 GiB, and keeps them; from 2 GiB on its number
 * is negative, and it spins for minutes. The cap must be there before the first connection: a peer may send its first
 * message right behind its handshake. webtorrent makes its wires of the same class as we do.
 */
const honest = Protocol.prototype._onMessageLength;
Protocol.prototype._onMessageLength = function (bytes: Uint8Array) {
	if (Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32BE() <= MAX_MESSAGE_BYTES) honest.call(this, bytes);
	else turnAway(this);
};

/** What waits in our memory for one connection, of blocks; nobody of ours asks for as much ahead. */
export const WAITING_BYTES = 8 * 1024 * 1024;

/** Words of all other kinds are answered at once: whoever goes on asking and takes no answer is no honest peer. */
const MOST_WAITING_BYTES = 2 * WAITING_BYTES;

/** What makes the library throw is no message, and would end the process of every package. */
const readMessage = Protocol.prototype._onMessage;
Protocol.prototype._onMessage = function (bytes: Uint8Array) {
	try {
		if (this._readableState.buffered > MOST_WAITING_BYTES) turnAway(this);
		else readMessage.call(this, bytes);
	} catch {
		turnAway(this);
	}
};

/** The connection has taken about all that it was to be told. */
Protocol.prototype._read = function (done) {
	this.emit("drained");
	done(null);
};

/** What it still holds must not be read as messages while it ends. */
function turnAway(wire: Protocol): void {
	wire._parser = () => undefined;
	wire._parserSize = Number.MAX_VALUE;
	wire.destroy();
}

/**
 * Peers from elsewhere are neither dialled nor accepted. `client.blocked` is asked only before dialling, so the accepting
 * listener is put behind a check of our own; the constructor has just begun to listen and has accepted nobody yet.
 */
export function admitOnly(client: WebTorrent, admits: (address: string | undefined) => boolean): void {
	client.blocked = { contains: (address) => !admits(address) };
	const { tcpServer, _onTCPConnectionBound: accept } = client._connPool;
	tcpServer.off("connection", accept);
	tcpServer.on("connection", (socket: Socket) => {
		if (admits(socket.remoteAddress)) accept(socket);
		else socket.on("error", () => socket.destroy()).destroy();
	});
}

/**
 * The library passes everything that a connection says through three streams, and what it is told through three more, to count it and
 * to slow it down. The source hears only words, which it never slows down, and counts what it sends by itself.
 */
Peer.prototype.setThrottlePipes = function () {
	const { conn, wire } = this;
	conn.on("data", (bytes) => {
		if (!wire.destroyed) wire._write(bytes, () => undefined);
	});
	const throttle = this.throttleGroups.up.throttle();
	// A connection that breaks breaks what is piped into it; the library hears of it by the connection itself.
	throttle.on("error", () => undefined);
	conn.once("close", () => throttle.destroy());
	wire.pipe(throttle).pipe(conn);
};
