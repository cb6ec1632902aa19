import { connect, createServer, type Server, type Socket } from "node:net";
import type { Place, TrackerAnswer } from "./announcer.ts";
import { Neighbour, plainAddress } from "./neighbour.ts";
import type { PieceBuffers } from "./piece-buffers.ts";

/** The tracker names fewer; more than these are strangers' doing. */
const MAX_NEIGHBOURS = 64;
/** Whoever knocks before the tracker has told of it waits for so long. */
const KNOCKING_MS = 15_000;
const MAX_KNOCKING = 64;
const DIAL_MS = 10_000;
/** After so long without a word the kernel asks every second whether the other machine is still there, ten times: one that lost its power says nothing. */
const REST_MS = 10_000;
const READ_BYTES = 128 * 1024;

export interface NeighbourhoodOptions {
	readonly infoHash: string;
	readonly ourPeerId: string;
	readonly buffers: PieceBuffers;
	readonly onMet: (neighbour: Neighbour) => void;
	readonly onLeft: (neighbour: Neighbour) => void;
	/** Somebody knocks whom the tracker has not told of. */
	readonly onStranger: () => void;
}

type Named = Pick<TrackerAnswer, "peers" | "source">;

interface Knocking {
	readonly socket: Socket;
	readonly since: number;
}

/** Who is connected: those whom the tracker told of, dialled or let in, each once. */
export class Neighbourhood {
	readonly #options: NeighbourhoodOptions;
	readonly #server: Server;
	readonly #met = new Map<string, Neighbour>();
	readonly #open = new Set<Neighbour>();
	readonly #dialled = new Set<string>();
	/** Who answered where, by `address:port`: whoever has dialled us meanwhile need not be dialled. */
	readonly #answered = new Map<string, string>();
	readonly #banned = new Set<string>();
	/** For all whom we dial: what was read is heard before anything else is read. */
	readonly #read = Buffer.allocUnsafeSlow(READ_BYTES);
	#named: Named = { peers: [], source: null };
	#known: ReadonlySet<string> = new Set();
	#knocking: Knocking[] = [];
	#isStopped = false;

	constructor(options: NeighbourhoodOptions) {
		this.#options = options;
		this.#server = createServer({ noDelay: true }, (socket) => this.#knock(socket));
		this.#server.maxConnections = 2 * MAX_NEIGHBOURS;
	}

	/** Resolves with the port that is bound. */
	listen(): Promise<number> {
		const { promise, resolve, reject } = Promise.withResolvers<number>();
		this.#server.once("error", reject);
		this.#server.listen(0, () => {
			const bound = this.#server.address();
			resolve(bound !== null && typeof bound === "object" ? bound.port : 0);
		});
		return promise;
	}

	/** Those who shook hands. */
	get neighbours(): Iterable<Neighbour> {
		return this.#met.values();
	}

	/** Measures all, and lets go of those who are gone. */
	measure(seconds: number): void {
		for (const neighbour of [...this.#open]) neighbour.measure(seconds);
	}

	/** Without a new answer: the others go on without the controller, and connections break. */
	meetAgain(): void {
		this.meet(this.#named);
	}

	meet({ peers, source }: Named): void {
		this.#named = { peers, source };
		this.#known = new Set([...peers, ...(source ? [source] : [])].map(({ address }) => address));
		this.#openToKnown();
		if (source) this.#dial(source, true);
		for (const peer of peers) if (!this.#haveCome(peer, peers)) this.#dial(peer, false);
	}

	/** Whether as many as the tracker names at the address have dialled us. */
	#haveCome({ address }: Place, peers: readonly Place[]): boolean {
		const hasAddress = (other: { readonly address: string }) => other.address === address;
		const come = [...this.#open].filter((neighbour) => hasAddress(neighbour) && !neighbour.isDialled);
		return come.length >= peers.filter(hasAddress).length;
	}

	/** It lies: nothing more is heard from its address. */
	ban(neighbour: Neighbour): void {
		this.#banned.add(neighbour.address);
		for (const other of [...this.#open]) if (other.address === neighbour.address) other.close();
		neighbour.close();
	}

	stop(): void {
		this.#isStopped = true;
		this.#server.close();
		for (const { socket } of this.#knocking.splice(0)) socket.destroy();
		for (const neighbour of [...this.#open]) neighbour.close();
	}

	/** Whoever knocks was told of us by the tracker, unless it is a stranger: the tracker's next answer tells. */
	#knock(socket: Socket): void {
		socket.on("error", ignore);
		if (this.#isKnown(socket)) this.#adopt(socket, { dialled: null, isSource: false });
		else if (this.#isWelcome(socket) && this.#knocking.length < MAX_KNOCKING) {
			this.#knocking.push({ socket, since: performance.now() });
			this.#options.onStranger();
		} else socket.destroy();
	}

	#openToKnown(): void {
		for (const { socket, since } of this.#knocking.splice(0)) {
			if (this.#isKnown(socket)) this.#adopt(socket, { dialled: null, isSource: false });
			else if (this.#isWelcome(socket) && performance.now() - since < KNOCKING_MS)
				this.#knocking.push({ socket, since });
			else socket.destroy();
		}
	}

	#isKnown(socket: Socket): boolean {
		return this.#isWelcome(socket) && this.#known.has(plainAddress(socket.remoteAddress ?? ""));
	}

	#isWelcome({ destroyed, remoteAddress }: Socket): boolean {
		const isBanned = this.#banned.has(plainAddress(remoteAddress ?? ""));
		return !destroyed && !isBanned && !this.#isStopped && this.#open.size < MAX_NEIGHBOURS;
	}

	#dial(place: Place, isSource: boolean): void {
		const key = `${place.address}:${place.port}`;
		if (this.#isStopped || this.#dialled.has(key) || this.#banned.has(place.address)) return;
		if (this.#open.size >= MAX_NEIGHBOURS || this.#met.has(this.#answered.get(key) ?? "")) return;
		this.#dialled.add(key);
		let neighbour: Neighbour | null = null;
		const hear = (length: number) => {
			neighbour?.hear(this.#read.subarray(0, length));
			return true;
		};
		const onread = { buffer: this.#read, callback: hear };
		const socket = connect({ host: place.address, port: place.port, noDelay: true, onread });
		socket.setTimeout(DIAL_MS, () => socket.destroy());
		socket.on("error", ignore);
		socket.once("close", () => this.#dialled.delete(key));
		socket.once("connect", () => {
			// Only for dialling: a neighbour may well have nothing to say for longer.
			socket.setTimeout(0);
			neighbour = this.#adopt(socket, { dialled: key, isSource });
		});
	}

	#adopt(socket: Socket, { dialled, isSource }: { dialled: string | null; isSource: boolean }): Neighbour | null {
		if (this.#isStopped) {
			socket.destroy();
			return null;
		}
		socket.setKeepAlive(true, REST_MS);
		const { infoHash, ourPeerId, buffers } = this.#options;
		const neighbour = new Neighbour({
			socket,
			buffers,
			isDialled: dialled !== null,
			isSource,
			infoHash,
			ourPeerId,
			onGreeted: (greeted) => {
				if (dialled !== null) this.#answered.set(dialled, greeted.peerId);
				this.#greeted(greeted);
			},
			onClosed: (closed) => this.#closed(closed),
		});
		this.#open.add(neighbour);
		return neighbour;
	}

	/** Of two connections between the same peers the one that the lower id dialled stays; of two by the same, the newer. */
	#greeted(neighbour: Neighbour): void {
		const other = this.#met.get(neighbour.peerId);
		const isByLower = neighbour.isDialled === this.#options.ourPeerId < neighbour.peerId;
		if (other && other.isDialled !== neighbour.isDialled && !isByLower) {
			neighbour.close();
			return;
		}
		this.#met.set(neighbour.peerId, neighbour);
		other?.close();
		this.#options.onMet(neighbour);
	}

	#closed(neighbour: Neighbour): void {
		this.#open.delete(neighbour);
		if (this.#met.get(neighbour.peerId) === neighbour) this.#met.delete(neighbour.peerId);
		this.#options.onLeft(neighbour);
	}
}

function ignore(): void {
	// A connection that breaks is told by its end.
}
