/** What we use of webtorrent 3.0.21, and the inner parts that we reach for because it offers no other way; it has no types. */
declare module "webtorrent-hybrid" {
	import type { EventEmitter } from "node:events";
	import type { Server, Socket } from "node:net";
	import type { Duplex } from "node:stream";

	interface ChunkStore {
		get(index: number, range: { offset?: number; length?: number } | null, done: ReadDone): void;
		put(index: number, bytes: Uint8Array, done: (error: Error | null) => void): void;
		close(done: (error: Error | null) => void): void;
		destroy(done: (error: Error | null) => void): void;
	}
	type ReadDone = (error: Error | null, bytes?: Uint8Array) => void;
	type Respond = (error: Error | null, block?: Uint8Array) => void;
	/** Of a request: reads the block and responds with it. */
	type Answer = (piece: number, offset: number, length: number, respond: Respond) => void;

	interface Wire extends EventEmitter {
		remoteAddress?: string;
		/** In hex; null before the handshake. */
		readonly peerId: string | null;
		peerPieces: { get(index: number): boolean };
		haveAll(): void;
		haveNone(): void;
		have(index: number): void;
		bitfield(bits: unknown): void;
		destroy(): void;
		_parser: ((bytes: Uint8Array) => void) | null;
		_parserSize: number;
		_onMessageLength: (bytes: Uint8Array) => void;
		/** Bytes of what it was told and its connection has not taken. */
		readonly _readableState: { readonly buffered: number };
	}

	interface Torrent extends EventEmitter {
		readonly infoHash: string;
		readonly name: string;
		readonly length: number;
		readonly downloaded: number;
		readonly received: number;
		readonly uploaded: number;
		readonly done: boolean;
		readonly pieces: readonly unknown[];
		readonly wires: readonly Wire[];
		readonly discovery: { readonly tracker?: { update(): void } } | null;
	}

	interface ClientOptions {
		/** Goes to net.Server.listen() as it is, so an object with a host does what the library has no option for. */
		torrentPort?: number | { host: string | undefined; port: number };
		maxConns?: number;
		secure?: 0 | 1 | 2;
		seedOutgoingConnections?: boolean;
		tracker?: boolean | object;
		dht?: boolean;
		lsd?: boolean;
		utPex?: boolean;
		natUpnp?: boolean;
		natPmp?: boolean;
		utp?: boolean;
		webSeeds?: boolean;
	}

	interface TorrentOptions {
		path?: string;
		store?: new (chunkLength: number) => ChunkStore;
		storeCacheSlots?: number;
		skipVerify?: boolean;
		strategy?: "rarest" | "sequential";
		uploads?: number;
	}

	interface ThrottleGroup {
		/** What flows through it shares the group's rate. */
		throttle(): Duplex;
		/** Bytes per second, and in which portions. */
		setRate(rate: number, chunkBytes: number): void;
		/** The most that flows at once after a silence, in bytes; `setRate` makes it a second's worth. */
		readonly bucket: { bucketSize: number };
	}

	class WebTorrent extends EventEmitter {
		constructor(options: ClientOptions);
		readonly torrents: readonly Torrent[];
		readonly torrentPort: number;
		/** An address it contains is neither dialled nor, with `onIncoming` of ours, accepted. */
		blocked?: { contains(address: string): boolean };
		readonly _connPool: { readonly tcpServer: Server; readonly _onTCPConnectionBound: (socket: Socket) => void };
		add(torrent: Uint8Array, options: TorrentOptions, onReady?: (torrent: Torrent) => void): Torrent;
		remove(infoHash: string, options: object, done: () => void): Promise<void>;
		/** Bytes per second; -1: no limit. */
		throttleUpload(rate: number): void;
		readonly throttleGroups: { readonly up: ThrottleGroup };
		destroy(done?: (error?: Error) => void): void;
	}
	export default WebTorrent;
	export type { Answer, ChunkStore, ClientOptions, ReadDone, Respond, Torrent, Wire };
}

declare module "webtorrent-hybrid/lib/peer.js" {
	import type { Socket } from "node:net";
	import type { Duplex } from "node:stream";

	class Peer {
		readonly conn: Socket;
		readonly wire: Duplex & { _write(bytes: Uint8Array, done: () => void): void };
		readonly throttleGroups: { readonly up: { throttle(): Duplex } };
		/** Connects what the connection says with the wire, and the other way round. */
		setThrottlePipes(): void;
	}
	export default Peer;
}
