import type { IncomingMessage, ServerResponse } from "node:http";
import bencode from "bencode";
import { type Announce, type Answer, type Swarm as Members, Server, type TrackedPeer } from "bittorrent-tracker";
import { CountBucket, type Rate } from "../model/count-bucket.ts";
import type { AllowList } from "./allow-list.ts";
import type { AnnouncedPieces } from "./holdings.ts";
import type { PeerProgress } from "./messages.ts";
import { type Meeting, NeighbourGraph } from "./neighbour-graph.ts";
import { isOurPeer } from "./peer/peer-id.ts";
import type { Shaping } from "./shaping.ts";

/** Machines learn of each other, and we of their progress, this often ... */
const INTERVAL_MS = 5_000;
/** ... or less often where there are many: about as many announces a second. */
const ANNOUNCES_PER_SECOND = 300;
const LONGEST_INTERVAL_SECONDS = 30;
/** A machine that did not announce for as many times as it was asked to is not waited for ... */
const MISSED_ANNOUNCES = 3;
/** ... and for this long, no longer told of ... */
const FORGET_MS = 90_000;
/** ... but libtorrent, and so qbittorrent, announces every 5 minutes at most, whatever it is told. */
const FORGET_STRANGER_MS = 12 * 60_000;
const MAX_PEERS = 4096;
const MAX_CONNECTIONS = 8192;
const MAX_PEER_IDS = 65_536;
const REFUSAL = "not admitted";
/** Of one machine, for all of its packages: honest ones announce some dozen at once, four times a second each where a crowd comes together. */
const MACHINE_RATE: Rate = { perSecond: 50, burst: 500 };
/** BEP 31: minutes. Our own peers ask again in seconds. */
const TOO_OFTEN = bencode.encode({ "failure reason": "announced too often", "retry in": 1 });

export interface TrackerOptions {
	readonly host: string | undefined;
	readonly port: number;
	/** Where the source listens: every answer names it first, at the address by which the machine reached us. */
	readonly sourcePort: number;
	readonly allowed: AllowList;
	readonly sha256Of: (infoHash: string) => string | undefined;
	readonly shaping: Shaping;
	/** Answers what is not an announce; false: it knows nothing of it. */
	readonly answerOther: (request: IncomingMessage, response: ServerResponse) => boolean;
	readonly onPieces: (infoHash: string, pieces: AnnouncedPieces) => void;
	readonly onProgress: (progress: PeerProgress) => void;
	readonly onBroken: (error: Error) => void;
}

/** Our private tracker: http only, known packages, known tokens, each from its machine's own address. */
export class Tracker {
	readonly #options: TrackerOptions;
	readonly #server: Server;
	readonly #graphs = new Map<string, NeighbourGraph>();
	/** By peer id, the latest last. */
	readonly #machines = new Map<string, string>();
	/** By machine. */
	readonly #announces = new Map<string, CountBucket>();

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
			filter: (infoHash, announce, done) => {
				if (this.#isTooOften(announce)) announce.httpRes.end(TOO_OFTEN);
				else done(this.#judge(infoHash, announce));
			},
		});
		this.#server.on("error", options.onBroken);
		this.#server.on("warning", () => undefined);
		this.#server.http.maxConnections = MAX_CONNECTIONS;
		this.#onlyAnnounces();
		this.#directMeetings();
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

	/** Nobody is told any more of machines that are no longer admitted. */
	dropOthers(): void {
		const { allowed } = this.#options;
		for (const graph of this.#graphs.values())
			graph.keepOnly(({ machine, key }) => allowed.isAt(machine, placeOf(key).ip));
		for (const machine of this.#announces.keys()) if (!allowed.has(machine)) this.#announces.delete(machine);
	}

	/** Whether a machine that holds the whole package announced of late. */
	hasSeeds(infoHash: string): boolean {
		return this.#graphs.get(infoHash)?.hasComplete() ?? false;
	}

	/** The machine that announced under this id, in hex. */
	machineOf(peerId: string): string | undefined {
		return this.#machines.get(peerId);
	}

	/** A machine gone mad must not keep us from all others, and the daemon from its work. */
	#isTooOften({ token, ip }: Announce): boolean {
		const machine = this.#options.allowed.machine(token, ip);
		if (machine === null) return false;
		const now = performance.now();
		const bucket = this.#announces.get(machine) ?? new CountBucket(MACHINE_RATE, now);
		this.#announces.set(machine, bucket);
		return !bucket.take(1, now);
	}

	#judge(infoHash: string, announce: Announce): Error | null {
		const { allowed, sha256Of, onPieces, onProgress } = this.#options;
		const machine = allowed.machine(announce.token, announce.ip);
		const sha256 = sha256Of(infoHash);
		// The library takes a fraction, and whoever is then told of it makes it throw.
		if (machine === null || sha256 === undefined || !Number.isInteger(announce.port)) return new Error(REFUSAL);
		this.#remember(announce.peer_id, machine);
		const event = eventOf(announce.event);
		const isStopping = event === "stopped";
		onPieces(infoHash, { machine, levels: announce.pieces, hasAll: announce.left === 0, isStopping });
		onProgress({
			machine,
			sha256,
			downloadedBytes: bytesOf(announce.downloaded),
			uploadedBytes: bytesOf(announce.uploaded),
			// A machine that does not say how much is left is not done.
			leftBytes: Number.isFinite(announce.left) ? bytesOf(announce.left) : Number.MAX_SAFE_INTEGER,
			event,
		});
		return null;
	}

	/** The library would also answer a scrape, unfiltered, with every info-hash it knows. */
	#onlyAnnounces(): void {
		this.#server.http.on("request", (request, response) => {
			if (request.url?.startsWith("/announce?") || this.#options.answerOther(request, response)) return;
			response.writeHead(404).end();
		});
	}

	#remember(peerId: string, machine: string): void {
		this.#machines.delete(peerId);
		this.#machines.set(peerId, machine);
		const [oldest] = this.#machines.keys();
		if (this.#machines.size > MAX_PEER_IDS && oldest !== undefined) this.#machines.delete(oldest);
	}

	/** The library answers with any peers; ours with those to meet, the source by the address at which the machine reached us. */
	#directMeetings(): void {
		const createSwarm = this.#server.createSwarm.bind(this.#server);
		this.#server.createSwarm = (infoHash, done) =>
			createSwarm(infoHash, (error, members) => {
				if (members) this.#amend(members, infoHash);
				done(error, members);
			});
	}

	#amend(members: Members, infoHash: string): void {
		const graph = new NeighbourGraph({ chance: Math.random });
		this.#graphs.set(infoHash, graph);
		const announce = members.announce.bind(members);
		members.announce = (params, done) =>
			announce(params, (error, answer) => {
				if (answer) this.#direct(params, { graph, infoHash, answer });
				done(error, answer);
			});
	}

	#direct(
		params: Announce,
		{ graph, infoHash, answer }: { graph: NeighbourGraph; infoHash: string; answer: Answer },
	): void {
		const { allowed, sha256Of, shaping } = this.#options;
		const [machine, sha256] = [allowed.machine(params.token, params.ip), sha256Of(infoHash)];
		answer.peers = [];
		if (machine === null || sha256 === undefined) return;
		if (params.event === "stopped") {
			graph.leave(params.addr);
			return;
		}
		const leftBytes = Number.isFinite(params.left) ? bytesOf(params.left) : Number.MAX_SAFE_INTEGER;
		const receivedBytes = bytesOf(params.downloaded);
		const site = allowed.siteOf(machine);
		const intervalSeconds = intervalSecondsFor(graph.size);
		const patience = isOurPeer(params.peer_id)
			? { silentMs: MISSED_ANNOUNCES * intervalSeconds * 1000, forgetMs: FORGET_MS }
			: { silentMs: FORGET_STRANGER_MS, forgetMs: FORGET_STRANGER_MS };
		const meeting = graph.announce(
			{ key: params.addr, machine, site, leftBytes, receivedBytes, ...patience },
			performance.now(),
		);
		const isKept = shaping.hasLatecomers(sha256) && graph.isKeeper(params.addr);
		const isDismissed = !isKept && shaping.isDone(sha256, (other) => graph.isComplete(other));
		const source = meeting.isFed ? this.#sourceFor(params) : null;
		answer.peers = peersOf(meeting, source);
		answer.interval = intervalSeconds;
		answer.fleetseed = {
			...(source ? { source: source.ip, source_port: source.port } : {}),
			...shaping.limitsOf(sha256),
			...(isDismissed ? { dismissed: 1 } : {}),
		};
	}

	/** The source does not announce itself: it would be known by an address that others cannot reach, such as 127.0.0.1. */
	#sourceFor({ httpReq }: Announce): TrackedPeer | null {
		const ip = httpReq.socket.localAddress?.replace(/^::ffff:/, "");
		return ip === undefined ? null : { ip, port: this.#options.sourcePort, peerId: "00".repeat(20) };
	}
}

/** Of a swarm with so many members. */
function intervalSecondsFor(size: number): number {
	return Math.round(Math.max(INTERVAL_MS / 1000, Math.min(LONGEST_INTERVAL_SECONDS, size / ANNOUNCES_PER_SECOND)));
}

function peersOf({ peers }: Meeting, source: TrackedPeer | null): TrackedPeer[] {
	const others = peers.map(placeOf);
	return source ? [source, ...others] : others;
}

function placeOf(key: string): TrackedPeer {
	const colon = key.lastIndexOf(":");
	const ip = key.slice(0, colon).replace(/^\[|\]$/g, "");
	return { ip, port: Number(key.slice(colon + 1)), peerId: "00".repeat(20) };
}

function bytesOf(value: unknown): number {
	const bytes = Number(value);
	return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : 0;
}

function eventOf(value: unknown): PeerProgress["event"] {
	return value === "started" || value === "completed" || value === "stopped" ? value : "update";
}
