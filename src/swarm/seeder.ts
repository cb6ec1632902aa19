import { stat } from "node:fs/promises";
import type { Duplex } from "node:stream";
import WebTorrent, { type Answer, type Torrent, type Wire } from "webtorrent-hybrid";
import { burstBytes } from "../model/token-bucket.ts";
import type { AllowList } from "./allow-list.ts";
import { Handout } from "./handout.ts";
import { admitOnly, HARDENED } from "./hardened.ts";
import { Holdings } from "./holdings.ts";
import type { Made } from "./make-torrent.ts";
import { packageFile } from "./package-file.ts";
import { isOurPeer } from "./peer/peer-id.ts";
import { ReadAhead, Requests } from "./requests.ts";

/** Time passes for the handout this often even when no peer says a word. */
const TICK_MS = 500;
/** The handout decides who gets what, so nobody is choked. */
const UPLOAD_SLOTS = 100_000;

/** In which a limited connection sends; less than what all may send at once. */
const CHUNK_BYTES = 16_384;

export interface SeederOptions {
	readonly host: string | undefined;
	readonly port: number;
	readonly allowed: AllowList;
	readonly hasOtherSeeds: (infoHash: string) => boolean;
	/** By a peer's id in hex; undefined: it has not announced itself. */
	readonly machineOf: (peerId: string) => string | undefined;
	/** Payload bytes that one peer, by its id in hex, was given. */
	readonly onSent: (infoHash: string, given: { readonly peerId: string; readonly bytes: number }) => void;
	/** The library is unusable after this. */
	readonly onBroken: (error: Error) => void;
}

/** The source of every package: sends each piece about once, only to admitted addresses, and dials nobody. */
export class Seeder {
	readonly #options: SeederOptions;
	readonly #client: WebTorrent;
	readonly #ticks = new Set<() => void>();
	readonly #holdings = new Map<string, Holdings>();
	readonly #readAhead = new ReadAhead();
	#peers = 0;

	constructor(options: SeederOptions) {
		this.#options = options;
		const { host, port } = options;
		this.#client = new WebTorrent({
			...HARDENED,
			torrentPort: { host, port },
			tracker: false,
			seedOutgoingConnections: false,
		});
		admitOnly(this.#client, (address) => options.allowed.admits(address));
		this.#client.on("error", options.onBroken);
		setInterval(() => this.#tick(), TICK_MS);
	}

	/** The port that is really bound. */
	listening(): Promise<number> {
		return new Promise((resolve) => this.#client.once("listening", () => resolve(this.#client.torrentPort)));
	}

	/** Resolves once peers can fetch it. The store only ever holds verified packages, so nothing is hashed again. */
	async share({ torrent, sizeBytes, packageFile: path }: Made): Promise<void> {
		await stat(path);
		const options = {
			store: packageFile(path, sizeBytes),
			storeCacheSlots: 0,
			skipVerify: true,
			uploads: UPLOAD_SLOTS,
		};
		await new Promise<void>((resolve, reject) => {
			const added = this.#client.add(torrent, options, () => {
				// Later on it would silently be seeded no more: better to start all over.
				added.on("error", this.#options.onBroken);
				resolve();
			});
			added.on("error", reject);
			added.once("metadata", () => this.#handOut(added));
		});
	}

	/** Seeds it no more, and closes its file. */
	retire(infoHash: string): Promise<void> {
		const isThere = this.#client.torrents.some((torrent) => torrent.infoHash === infoHash);
		if (!isThere) return Promise.resolve();
		return new Promise((resolve) => void this.#client.remove(infoHash, {}, () => resolve()));
	}

	/** Who has which pieces; undefined: it is not shared. */
	holdings(infoHash: string): Holdings | undefined {
		return this.#holdings.get(infoHash);
	}

	/** Null: no limit. What is under way is slowed down, or sped up, too. */
	limit(bytesPerSecond: number | null): void {
		this.#client.throttleUpload(bytesPerSecond ?? -1);
		if (bytesPerSecond === null) return;
		const { up } = this.#client.throttleGroups;
		up.setRate(bytesPerSecond, Math.min(CHUNK_BYTES, Math.ceil(bytesPerSecond / 10)));
		// By itself it sends a whole second's worth at once after a silence, and breaks the connections whose chunk is larger than that.
		up.bucket.bucketSize = burstBytes(bytesPerSecond);
	}

	/** What flows through it shares the limit with the peers. */
	throttle(): Duplex {
		return this.#client.throttleGroups.up.throttle();
	}

	/** Ends the connections of machines that are no longer admitted. */
	dropOthers(): void {
		for (const { wires } of this.#client.torrents) {
			for (const wire of [...wires]) if (!this.#options.allowed.admits(wire.remoteAddress)) wire.destroy();
		}
	}

	#handOut(torrent: Torrent): void {
		const handout = new Handout({
			pieceCount: torrent.pieces.length,
			hasOtherSeeds: () => this.#options.hasOtherSeeds(torrent.infoHash),
		});
		const holdings = new Holdings({ pieceCount: torrent.pieces.length, machineOf: this.#options.machineOf });
		this.#holdings.set(torrent.infoHash, holdings);
		const wires = new Map<string, Wire>();
		const show = onceATurn(() => {
			for (const { peer, piece } of handout.next(performance.now())) wires.get(peer)?.have(piece);
		});
		this.#ticks.add(show);
		torrent.once("close", () => {
			this.#ticks.delete(show);
			this.#holdings.delete(torrent.infoHash);
		});
		torrent.on("wire", (wire: Wire) => {
			const peer = String(this.#peers++);
			wire.on("upload", (bytes: number) =>
				this.#options.onSent(torrent.infoHash, { peerId: wire.peerId ?? "", bytes }),
			);
			wire.once("close", () => {
				wires.delete(peer);
				holdings.leave(wire, performance.now());
				handout.leave(peer);
			});
			const listening = listen(wire, { handout, peer, pieceCount: torrent.pieces.length, show });
			onGreeting(wire, () => {
				listening.alone();
				holdRequests(wire, this.#readAhead);
				wires.set(peer, wire);
				holdings.join(wire);
				show();
			});
		});
	}

	#tick(): void {
		for (const tick of this.#ticks) tick();
	}
}

/** A peer says many words at once. */
function onceATurn(act: () => void): () => void {
	let isDue = false;
	return () => {
		if (isDue) return;
		isDue = true;
		process.nextTick(() => {
			isDue = false;
			act();
		});
	};
}

interface Listening {
	readonly handout: Handout;
	readonly peer: string;
	readonly pieceCount: number;
	readonly show: () => void;
}

/** Tells the handout what the peer holds, from before the first piece is shown to it. */
function listen(wire: Wire, { handout, peer, pieceCount, show }: Listening): { alone(): void } {
	handout.join(peer, { now: performance.now(), isOurs: isOurPeer(wire.peerId ?? "") });
	const holdsMany = (holds: (piece: number) => boolean) => {
		for (let piece = 0; piece < pieceCount; piece++) if (holds(piece)) handout.claims(peer, piece, performance.now());
		show();
	};
	const hold = (piece: number) => {
		handout.holds(peer, piece, performance.now());
		show();
	};
	wire.on("have", hold);
	wire.on("bitfield", () => holdsMany((piece) => wire.peerPieces.get(piece)));
	wire.on("have-all", () => holdsMany(() => true));
	// At each word the library goes through all pieces and all peers, for something to ask for.
	const alone = () => wire.removeAllListeners("have").on("have", hold);
	return { alone };
}

/** The library's own answer is called once there is room for it. */
function holdRequests(wire: Wire, together: ReadAhead): void {
	const [answer] = wire.listeners("request") as Answer[];
	wire.removeAllListeners("request");
	if (answer) new Requests(wire, answer, together);
}

/** The library greets each peer with all that it has; the source says that it has nothing, and shows pieces one by one. */
function onGreeting(wire: Wire, greeted: () => void): void {
	wire.haveAll = () => {
		wire.haveNone();
		greeted();
	};
	// A peer without the fast extension takes silence for none.
	wire.bitfield = greeted;
}
