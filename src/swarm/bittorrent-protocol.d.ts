/** What we use of bittorrent-protocol 5.0.9, and the inner parts that we override because it offers no other way; it has no types. */
declare module "bittorrent-protocol" {
	import type { EventEmitter } from "node:events";

	interface Extensions {
		readonly fast?: boolean;
		readonly extended?: boolean;
	}

	type Respond = (error: Error | null, block: Uint8Array | null) => void;

	class Protocol extends EventEmitter {
		constructor(type: "tcpIncoming" | "tcpOutgoing", encryption: 0);
		/** Whether both ends have the fast extension (BEP 6). */
		readonly hasFast: boolean;
		readonly amChoking: boolean;
		readonly amInterested: boolean;
		readonly peerChoking: boolean;
		readonly peerInterested: boolean;
		/** 20 bytes in hex; null before the handshake. */
		readonly peerId: string | null;
		readonly peerPieces: { get(index: number): boolean };
		readonly requests: readonly unknown[];
		readonly peerRequests: readonly unknown[];
		readonly destroyed: boolean;
		handshake(infoHash: string, peerId: string, extensions: Extensions): void;
		setKeepAlive(enable: boolean): void;
		choke(): void;
		unchoke(): void;
		interested(): void;
		uninterested(): void;
		have(piece: number): void;
		haveAll(): void;
		haveNone(): void;
		bitfield(bits: Uint8Array): void;
		request(piece: number, offset: number, length: number, done: Respond): void;
		cancel(piece: number, offset: number, length: number): void;
		destroy(): void;
		_finished: boolean;
		_parser: (bytes: Uint8Array) => void;
		_parserSize: number;
		_debug(...words: unknown[]): void;
		_push(bytes: Uint8Array): void;
		_onMessageLength(bytes: Uint8Array): void;
		_onMessage(bytes: Uint8Array): void;
		_read(done: (error: null) => void): void;
		readonly _readableState: { readonly buffered: number };
	}
	export default Protocol;
	export type { Respond };
}
