import { type Announce, type Answer, type Swarm as Members, Server } from "bittorrent-tracker";
import type { AllowList } from "./allow-list.ts";
import type { PeerProgress } from "./messages.ts";

/** Machines learn of each other, and we of their progress, this often. */
const INTERVAL_MS = 5_000;
/** A machine that did not announce for this long is no longer told of. */
const FORGET_MS = 60_000;
const MAX_PEERS = 4096;
const MAX_CONNECTIONS = 8192;
const REFUSAL = "not admitted";

export interface TrackerOptions {
	readonly host: string;
	readonly port: number;
	/** Where the source listens: every answer names it first, at the address by which the machine reached us. */
	readonly sourcePort: number;
	readonly allowed: AllowList;
	readonly sha256Of: (infoHash: string) => string | undefined;
	readonly onProgress: (progress: PeerProgress) => void;
	readonly onBroken: (error: Error) => void;
}

/** Our private tracker: http only, known packages, known tokens, each from its machine's own address. */
export class Tracker {
	readonly #options: TrackerOptions;
	readonly #server: Server;

	constructor(options: TrackerOptions) {
		this.#options = options;
		this.#server = new Server({
			http: { maxHeaderSize: 16_384, requestTimeout: 10_000, headersTimeout: 10_000 },
			udp: false,
			ws: false,
			stats: false,
			interval: INTERVAL_MS,
			peersCacheLength: MAX_PEERS,
			peersCacheTtl: FORGET_MS,
			filter: (infoHash, announce, done) => done(this.#judge(infoHash, announce)),
		});
		this.#server.on("error", options.onBroken);
		this.#server.on("warning", () => undefined);
		this.#server.http.maxConnections = MAX_CONNECTIONS;
		this.#onlyAnnounces();
		this.#nameSource();
	}

	/** Resolves with the port that is really bound. */
	listen(): Promise<number> {
		const { http } = this.#server;
		return new Promise((resolve) => {
			this.#server.listen(this.#options.port, this.#options.host, () => {
				const address = http.address();
				resolve(address !== null && typeof address === "object" ? address.port : this.#options.port);
			});
		});
	}

	/** Whether a machine that holds the whole package announced of late. */
	hasSeeds(infoHash: string): boolean {
		return (this.#server.torrents[infoHash]?.complete ?? 0) > 0;
	}

	#judge(infoHash: string, announce: Announce): Error | null {
		const { allowed, sha256Of, onProgress } = this.#options;
		const machine = allowed.machine(announce.token, announce.ip);
		const sha256 = sha256Of(infoHash);
		if (machine === null || sha256 === undefined) return new Error(REFUSAL);
		onProgress({
			machine,
			sha256,
			downloadedBytes: bytesOf(announce.downloaded),
			uploadedBytes: bytesOf(announce.uploaded),
			// A machine that does not say how much is left is not done.
			leftBytes: Number.isFinite(announce.left) ? bytesOf(announce.left) : Number.MAX_SAFE_INTEGER,
			event: eventOf(announce.event),
		});
		return null;
	}

	/** The library would also answer a scrape, unfiltered, with every info-hash it knows. */
	#onlyAnnounces(): void {
		this.#server.http.on("request", (request, response) => {
			if (!request.url?.startsWith("/announce?")) response.writeHead(404).end();
		});
	}

	/** The source does not announce itself: it would be known by an address that others cannot reach, such as 127.0.0.1. */
	#nameSource(): void {
		const { sourcePort, allowed } = this.#options;
		const createSwarm = this.#server.createSwarm.bind(this.#server);
		this.#server.createSwarm = (infoHash, done) =>
			createSwarm(infoHash, (error, members) => {
				if (members) amend(members, { sourcePort, allowed });
				done(error, members);
			});
	}
}

function amend(members: Members, { sourcePort, allowed }: { sourcePort: number; allowed: AllowList }): void {
	const announce = members.announce.bind(members);
	members.announce = (params, done) =>
		announce(params, (error, answer) => {
			if (answer) answer.peers = neighbours(params, answer, { sourcePort, allowed });
			done(error, answer);
		});
}

function neighbours(
	{ addr, httpReq, left }: Announce,
	{ peers }: Answer,
	{ sourcePort, allowed }: { sourcePort: number; allowed: AllowList },
): Answer["peers"] {
	const others = peers.filter(({ ip, port }) => `${ip}:${port}` !== addr && allowed.admits(ip));
	const ip = httpReq.socket.localAddress?.replace(/^::ffff:/, "");
	return ip === undefined || left === 0 ? others : [{ ip, port: sourcePort, peerId: "00".repeat(20) }, ...others];
}

function bytesOf(value: unknown): number {
	const bytes = Number(value);
	return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
}

function eventOf(value: unknown): PeerProgress["event"] {
	return value === "started" || value === "completed" || value === "stopped" ? value : "update";
}
