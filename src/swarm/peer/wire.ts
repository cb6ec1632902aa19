import type { Socket } from "node:net";
import Protocol from "bittorrent-protocol";
import type { PieceBuffers } from "./piece-buffers.ts";

/** A block may be 128 KiB; the longest honest message besides is the bitfield of a very large torrent. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** The kind of message that holds a block. */
const PIECE = 7;

/** Copied together rather than handed to the kernel one by one. */
const SHORT_BYTES = 1024;

/**
 * The wire protocol of one connection (BEP 3, 6, 10), with three of the library's inner parts exchanged: it copies all that it
 * holds of a message each time a few bytes of it arrive, sends every message as packets of its own, and waits for as many
 * bytes as a peer declares.
 */
export class PeerWire extends Protocol {
	readonly #socket: Socket;
	readonly #buffers: PieceBuffers;
	/** A message that has not wholly arrived, and how much of it has. */
	#part: Uint8Array | null = null;
	#filled = 0;
	/** Of the longest block so far, for the next ones. */
	#room: Uint8Array = new Uint8Array(0);
	readonly #said: Uint8Array[] = [];
	#saidBytes = 0;
	#isEnded = false;

	constructor(socket: Socket, direction: "tcpIncoming" | "tcpOutgoing", buffers: PieceBuffers) {
		super(direction, 0);
		this.#socket = socket;
		this.#buffers = buffers;
	}

	/**
	 * The bytes may be others once the call returns: a block is read where it lies and good until the call with it returns; the bytes of
	 * one that is cut are copied once, and so is every other message, of which the library keeps parts.
	 */
	receive(bytes: Uint8Array): void {
		let at = 0;
		while (at < bytes.length && !this.#isEnded) {
			const wanted = this._parserSize;
			if (this.#part === null && bytes.length - at >= wanted) {
				at += wanted;
				const message = bytes.subarray(at - wanted, at);
				this.#read(message[0] === PIECE ? message : Buffer.from(message));
			} else {
				at += this.#gather(bytes.subarray(at), wanted);
			}
		}
	}

	#gather(bytes: Uint8Array, wanted: number): number {
		this.#part ??= bytes[0] === PIECE ? this.#roomFor(wanted) : Buffer.allocUnsafeSlow(wanted);
		const taken = Math.min(bytes.length, wanted - this.#filled);
		this.#part.set(bytes.subarray(0, taken), this.#filled);
		this.#filled += taken;
		if (this.#filled < wanted) return taken;
		const message = this.#part;
		this.#part = null;
		this.#filled = 0;
		this.#read(message);
		return taken;
	}

	#roomFor(wanted: number): Uint8Array {
		if (this.#room.length < wanted) this.#room = Buffer.allocUnsafeSlow(wanted);
		return this.#room.subarray(0, wanted);
	}

	/** What makes the library throw is no message. */
	#read(message: Uint8Array): void {
		try {
			this._parser(message);
		} catch {
			this.destroy();
		}
	}

	/** All that is said in one turn of the event loop leaves together, short messages as one. */
	override _push(bytes: Uint8Array): void {
		if (this._finished) return;
		if (this.#said.length === 0) process.nextTick(() => this.#flush());
		this.#buffers.hold(bytes);
		this.#said.push(bytes);
		this.#saidBytes += bytes.length;
	}

	/** Bytes that wait in our memory for the connection to take them. */
	get waitingBytes(): number {
		return this.#saidBytes + this.#socket.writableLength;
	}

	#flush(): void {
		const said = this.#said.splice(0);
		this.#saidBytes = 0;
		if (this.#socket.destroyed) {
			this.#release(said);
			return;
		}
		this.#socket.cork();
		for (let at = 0; at < said.length; ) {
			let next = at;
			while (next < said.length && (said[next] as Uint8Array).length <= SHORT_BYTES) next++;
			const short = said.slice(at, next);
			if (next > at) this.#socket.write(Buffer.concat(short));
			this.#release(short);
			const long = said[next];
			if (long) this.#socket.write(long, () => this.#buffers.release(long));
			at = next + 1;
		}
		this.#socket.uncork();
	}

	#release(said: readonly Uint8Array[]): void {
		for (const bytes of said) this.#buffers.release(bytes);
	}

	/** The library reads on until its stream has finished, some turns later. */
	override destroy(): void {
		this.#isEnded = true;
		super.destroy();
	}

	/** The library would wait for 2 GiB, and spin for minutes beyond. */
	override _onMessageLength(bytes: Uint8Array): void {
		const length = Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32BE();
		if (length <= MAX_MESSAGE_BYTES) super._onMessageLength(bytes);
		else this.destroy();
	}

	/** The library puts together a line for every message, also when nobody reads it. */
	override _debug(): void {
		// Nothing is told.
	}
}
