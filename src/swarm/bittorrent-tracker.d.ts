/** What we use of bittorrent-tracker 11.2.3; it has no types. */
declare module "bittorrent-tracker" {
	import type { EventEmitter } from "node:events";
	import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";

	/** An announce as the tracker understood it; what comes from the query is text, or a list where it was given twice. */
	interface Announce {
		readonly info_hash: string;
		readonly peer_id: string;
		readonly ip: string;
		readonly port: number;
		/** ip:port */
		readonly addr: string;
		readonly left: number;
		readonly uploaded?: unknown;
		readonly downloaded?: unknown;
		readonly event?: unknown;
		readonly token?: unknown;
		/** Of our own peers. */
		readonly pieces?: unknown;
		readonly httpReq: IncomingMessage;
		readonly httpRes: ServerResponse;
	}

	interface TrackedPeer {
		readonly ip: string;
		readonly port: number;
		readonly peerId?: string;
	}

	interface Answer {
		complete: number;
		incomplete: number;
		peers: TrackedPeer[];
		/** Seconds. */
		interval?: number;
		/** For our own peers. */
		fleetseed?: Readonly<Record<string, number | string>>;
	}

	interface ServerOptions {
		http?: boolean | object;
		udp?: boolean;
		ws?: boolean;
		stats?: boolean;
		/** Milliseconds. */
		interval?: number;
		peersCacheLength?: number;
		/** Milliseconds. */
		peersCacheTtl?: number;
		filter?: (infoHash: string, announce: Announce, done: (refusal: Error | null) => void) => void;
	}

	class Swarm {
		constructor(infoHash: string, server: Server);
		complete: number;
		announce(announce: Announce, done: (error: Error | null, answer?: Answer) => void): void;
	}

	class Server extends EventEmitter {
		constructor(options: ServerOptions);
		static Swarm: typeof Swarm;
		readonly http: HttpServer;
		readonly torrents: Readonly<Record<string, Swarm>>;
		createSwarm(infoHash: string, done: (error: Error | null, swarm: Swarm) => void): void;
		listen(port: number, host: string | undefined, onListening: () => void): void;
		close(done: () => void): void;
	}

	export type { Announce, Answer, Swarm, TrackedPeer };
	export { Server };
}
