import type { Socket } from "node:net";

/** Ids of messages (BEP 3, BEP 6). */
export const MESSAGE = {
	choke: 0,
	unchoke: 1,
	interested: 2,
	have: 4,
	bitfield: 5,
	request: 6,
	piece: 7,
	haveAll: 14,
	haveNone: 15,
} as const;

const HANDSHAKE_BYTES = 68;
/** The last byte's 0x04: the fast extension. */
const RESERVED = Buffer.from("0000000000000004", "hex");
const PIECE_HEADER_BYTES = 9;

export interface WireOptions {
	/** Hex. */
	readonly infoHash: string;
	readonly peerId: string;
	readonly onGreeted: () => void;
	readonly onMessage: (id: number, payload: Buffer) => void;
}

/** One end of a BitTorrent connection as bare as it can be: what is built on it shares no code with the peer that it tries. */
export class Wire {
	readonly #socket: Socket;
	readonly #options: WireOptions;
	#unread = Buffer.alloc(0);
	#isGreeted = false;
	/** Everything that came, framing included. */
	receivedBytes = 0;

	constructor(socket: Socket, options: WireOptions) {
		this.#socket = socket;
		this.#options = options;
		const { infoHash, peerId } = options;
		const greeting = [Buffer.from("\x13BitTorrent protocol"), RESERVED, Buffer.from(infoHash, "hex")];
		socket.setNoDelay(true);
		socket.write(Buffer.concat([...greeting, Buffer.from(peerId.padEnd(20, "0").slice(0, 20))]));
		socket.on("data", (bytes: Buffer) => this.#read(bytes));
	}

	send(id: number, payload: Buffer = Buffer.alloc(0)): void {
		const head = Buffer.alloc(5);
		head.writeUInt32BE(payload.length + 1);
		head[4] = id;
		if (this.#socket.writable) this.#socket.write(Buffer.concat([head, payload]));
	}

	request({ piece, begin, length }: Block): void {
		const payload = Buffer.alloc(12);
		for (const [index, value] of [piece, begin, length].entries()) payload.writeUInt32BE(value, index * 4);
		this.send(MESSAGE.request, payload);
	}

	have(piece: number): void {
		const payload = Buffer.alloc(4);
		payload.writeUInt32BE(piece);
		this.send(MESSAGE.have, payload);
	}

	#read(bytes: Buffer): void {
		this.receivedBytes += bytes.length;
		this.#unread = Buffer.concat([this.#unread, bytes]);
		if (!this.#isGreeted && this.#unread.length >= HANDSHAKE_BYTES) {
			this.#isGreeted = true;
			this.#unread = this.#unread.subarray(HANDSHAKE_BYTES);
			this.#options.onGreeted();
		}
		while (this.#isGreeted && this.#unread.length >= 4) {
			const end = 4 + this.#unread.readUInt32BE();
			if (this.#unread.length < end) return;
			const message = this.#unread.subarray(4, end);
			this.#unread = this.#unread.subarray(end);
			const [id] = message;
			if (id !== undefined) this.#options.onMessage(id, message.subarray(1));
		}
	}
}

export interface Block {
	readonly piece: number;
	readonly begin: number;
	readonly length: number;
}

/** Of a request. */
export function blockOf(payload: Buffer): Block | null {
	if (payload.length < 12) return null;
	return { piece: payload.readUInt32BE(), begin: payload.readUInt32BE(4), length: payload.readUInt32BE(8) };
}

/** Bytes of content that a piece message brings. */
export function contentBytes(payload: Buffer): number {
	return Math.max(0, payload.length + 1 - PIECE_HEADER_BYTES);
}
