import { TokenBucket } from "../../model/token-bucket.ts";
import type { Neighbour } from "./neighbour.ts";
import type { PieceBuffers } from "./piece-buffers.ts";
import type { PieceMap } from "./piece-map.ts";

/** A neighbour that gave as many pieces that were wrong is heard no more. */
const LIES = 2;
/** A piece of which nothing came for so long is asked of another neighbour too, that has it and nothing else to do ... */
const PATIENCE_MS = 4_000;
/** ... and sooner when it is one of the last. */
const LAST_PATIENCE_MS = 600;
/** Who may bring a piece at a time. */
const MOST_ASKED = 3;
/** What arrives is not late because we asked for so much: it has this many times as long as all of that takes. */
const BACKLOG_TIMES = 1.5;
/** Asked of all neighbours but the source together, in time at the best rate at which it has arrived: more would wait in front of our own link ... */
const ASKED_SECONDS = 1.5;
/** ... and at least. */
const LEAST_ASKED_BYTES = 512 * 1024;
/** The source hears many machines: so much of a piece is asked of it at once, in one packet. */
const STRETCH_BYTES = 512 * 1024;
/** What is left of the best rate after each round, half of it after two minutes: links change. */
const BEST_KEPT = 0.9995;
/** A neighbour that was asked and has said nothing at all for so long is taken for gone. */
const DEAF_SECONDS = 30;

/** One piece on its way, from one neighbour: so it is known who lied. Late ones are asked of several, and whoever brings it first has. */
interface Fetch {
	readonly piece: number;
	readonly neighbour: Neighbour;
	readonly length: number;
	/** The whole piece; null until its first block is here. */
	bytes: Uint8Array | null;
	askedTo: number;
	got: number;
	movedAt: number;
	/** All of it is here, and is being checked and kept. */
	isWhole: boolean;
}

export interface DownloadsOptions {
	readonly pieces: PieceMap;
	readonly buffers: PieceBuffers;
	readonly lengthOf: (piece: number) => number;
	/** Checks the piece and keeps it; "refused" by the disk. The bytes are good until it resolves. */
	readonly keep: (piece: number, bytes: Uint8Array, from: Neighbour) => Promise<"kept" | "wrong" | "refused">;
	readonly neighbours: () => Iterable<Neighbour>;
	readonly onLiar: (neighbour: Neighbour) => void;
	/** Milliseconds on a clock that does not go back. */
	readonly now: () => number;
	/** In [0, 1). */
	readonly chance: () => number;
}

/** Which piece is asked of whom. Each neighbour is asked a little ahead; what is rare goes first. */
export class Downloads {
	readonly #options: DownloadsOptions;
	/** By piece, in the order of asking; never empty. */
	readonly #fetches = new Map<number, readonly Fetch[]>();
	/** The fetch of each neighbour that is not wholly asked for. */
	readonly #unfinished = new Map<Neighbour, Fetch>();
	readonly #bucket = new TokenBucket();
	/** Asked of all and not yet there. */
	#askedBytes = 0;
	#askedOfSourceBytes = 0;
	/** Bytes per second that arrive from all. */
	#rate = 0;
	/** The highest of late. Whoever asked for less because it gets less than its link carries would fall ever further behind. */
	#bestRate = 0;
	#retry: NodeJS.Timeout | undefined;
	#isPaused = false;

	constructor(options: DownloadsOptions) {
		this.#options = options;
	}

	limit(bytesPerSecond: number | null): void {
		this.#bucket.limit(bytesPerSecond);
		// Nobody waits any longer than the new one makes them.
		this.askAll();
	}

	/** Received, and not yet a whole piece that is kept. */
	get pendingBytes(): number {
		return [...this.#fetches.values()].flat().reduce((sum, { got }) => sum + got, 0);
	}

	/** Nothing more is asked for until `resume`. */
	pause(): void {
		this.#isPaused = true;
	}

	resume(): void {
		this.#isPaused = false;
		this.askAll();
	}

	askAll(): void {
		for (const neighbour of this.#options.neighbours()) this.ask(neighbour);
	}

	/** Asks the neighbour for as much as it bears. */
	ask(neighbour: Neighbour): void {
		while (!this.#isPaused && (this.#isInStretch(neighbour) || this.#isToBeAsked(neighbour))) {
			const fetch = this.#unfinished.get(neighbour) ?? this.#begin(neighbour);
			if (!fetch) return;
			const waitMs = this.#bucket.take(
				Math.min(neighbour.blockBytes, fetch.length - fetch.askedTo),
				this.#options.now(),
			);
			if (waitMs > 0) {
				this.#askLater(waitMs);
				return;
			}
			this.#askBlock(fetch);
		}
	}

	/** What was asked of it is asked of others. */
	forget(neighbour: Neighbour): void {
		for (const fetch of [...this.#fetches.values()].flat()) if (fetch.neighbour === neighbour) this.#drop(fetch);
	}

	/** To be called every so often. What is slow to come is asked of those too who have nothing else to do; whoever is deaf is left. */
	rebalance(): void {
		const { neighbours } = this.#options;
		this.#rate = [...neighbours()].reduce((sum, { rate }) => sum + rate, 0);
		this.#bestRate = Math.max(this.#rate, this.#bestRate * BEST_KEPT);
		const slow = [...this.#fetches.values()].flatMap((asked) => asked.slice(-1)).filter((fetch) => this.#isSlow(fetch));
		for (const { neighbour } of slow) if (neighbour.quietSeconds > DEAF_SECONDS) neighbour.close();
		if (this.#isPaused) return;
		slow.sort((a, b) => a.movedAt - b.movedAt);
		for (const neighbour of neighbours()) {
			if (neighbour.askedBytes > 0 || this.#unfinished.has(neighbour) || !neighbour.bearsMore) continue;
			const at = slow.findIndex(({ piece }) => neighbour.has(piece) && this.#mayAsk(piece, neighbour));
			const [late] = at < 0 ? [] : slow.splice(at, 1);
			if (late) this.#askBesides(late, neighbour);
			this.ask(neighbour);
		}
	}

	#isSlow({ neighbour, isWhole, movedAt, askedTo, got }: Fetch): boolean {
		const waitedMs = this.#options.now() - movedAt;
		if (isWhole || askedTo === got || waitedMs < this.#patienceMs) return false;
		const backlogMs = (this.#askedBytes / Math.max(this.#rate, 1)) * 1000;
		// Whoever serves others is silent for a while, and where nothing arrives any more the backlog tells nothing.
		const silenceMs = Math.max(this.#patienceMs, Math.min(backlogMs, PATIENCE_MS));
		return neighbour.quietSeconds * 1000 >= silenceMs || waitedMs > BACKLOG_TIMES * backlogMs;
	}

	#mayAsk(piece: number, neighbour: Neighbour): boolean {
		const asked = this.#fetches.get(piece) ?? [];
		return asked.length > 0 && asked.length < MOST_ASKED && asked.every((fetch) => fetch.neighbour !== neighbour);
	}

	#isToBeAsked(neighbour: Neighbour): boolean {
		const bearsMore =
			this.#askedBytes - this.#askedOfSourceBytes < Math.max(LEAST_ASKED_BYTES, this.#bestRate * ASKED_SECONDS);
		return (neighbour.isSource || bearsMore) && neighbour.bearsMore;
	}

	#isInStretch(neighbour: Neighbour): boolean {
		const fetch = neighbour.isSource ? this.#unfinished.get(neighbour) : undefined;
		return fetch !== undefined && fetch.askedTo % STRETCH_BYTES !== 0;
	}

	stop(): void {
		clearTimeout(this.#retry);
		this.#isPaused = true;
	}

	#begin(neighbour: Neighbour): Fetch | null {
		const { pieces, chance } = this.#options;
		const piece = pieces.rarest(neighbour.offer, (candidate) => !this.#fetches.has(candidate), chance());
		return piece === null ? null : this.#fetch(piece, neighbour);
	}

	#fetch(piece: number, neighbour: Neighbour): Fetch {
		const length = this.#options.lengthOf(piece);
		const begun = { bytes: null, askedTo: 0, got: 0, movedAt: this.#options.now(), isWhole: false };
		const fetch: Fetch = { piece, neighbour, length, ...begun };
		this.#fetches.set(piece, [...(this.#fetches.get(piece) ?? []), fetch]);
		this.#unfinished.set(neighbour, fetch);
		return fetch;
	}

	#askBlock(fetch: Fetch): void {
		const { piece, neighbour, length } = fetch;
		const offset = fetch.askedTo;
		if (offset === fetch.got) fetch.movedAt = this.#options.now();
		const blockBytes = Math.min(neighbour.blockBytes, length - offset);
		fetch.askedTo += blockBytes;
		this.#countAsked(neighbour, blockBytes);
		if (fetch.askedTo === length) this.#unfinished.delete(neighbour);
		neighbour.wire.request(piece, offset, blockBytes, (error, block) => {
			this.#countAsked(neighbour, -blockBytes);
			if (block && block.length === blockBytes) this.#receive(fetch, offset, block);
			else if (error) this.#drop(fetch);
		});
	}

	#countAsked(neighbour: Neighbour, bytes: number): void {
		neighbour.askedBytes += bytes;
		this.#askedBytes += bytes;
		if (neighbour.isSource) this.#askedOfSourceBytes += bytes;
	}

	#receive(fetch: Fetch, offset: number, block: Uint8Array): void {
		const { neighbour, length } = fetch;
		if (this.#isAwaited(fetch)) {
			fetch.got += block.length;
			fetch.movedAt = this.#options.now();
			fetch.bytes ??= this.#options.buffers.take(length);
			fetch.bytes.set(block, offset);
			if (fetch.got === length) {
				void this.#finish(fetch, fetch.bytes);
				// What it was worth decides how much more it is asked for.
				if (neighbour.goodPieces === 0) return;
			}
		}
		this.ask(neighbour);
	}

	async #finish(fetch: Fetch, bytes: Uint8Array): Promise<void> {
		const { piece, neighbour } = fetch;
		fetch.isWhole = true;
		for (const other of this.#fetches.get(piece) ?? []) if (other !== fetch) this.#giveUp(other);
		const how = await this.#options.keep(piece, bytes, neighbour);
		this.#options.buffers.release(bytes);
		this.#fetches.delete(piece);
		if (how === "wrong") neighbour.badPieces++;
		else neighbour.goodPieces++;
		if (neighbour.badPieces >= LIES) this.#options.onLiar(neighbour);
		else this.ask(neighbour);
	}

	#isAwaited(fetch: Fetch): boolean {
		return this.#fetches.get(fetch.piece)?.includes(fetch) ?? false;
	}

	/** The neighbour does not bring it. */
	#drop(fetch: Fetch): void {
		const { piece, neighbour } = fetch;
		if (this.#unfinished.get(neighbour) === fetch) this.#unfinished.delete(neighbour);
		if (fetch.isWhole) return;
		if (fetch.bytes) this.#options.buffers.release(fetch.bytes);
		fetch.bytes = null;
		const others = (this.#fetches.get(piece) ?? []).filter((other) => other !== fetch);
		if (others.length > 0) this.#fetches.set(piece, others);
		else this.#fetches.delete(piece);
	}

	/** What the neighbour has not begun to send it need not send. */
	#giveUp(fetch: Fetch): void {
		const { piece, neighbour, length, askedTo } = fetch;
		this.#drop(fetch);
		for (let offset = 0; offset < askedTo; offset += neighbour.blockBytes)
			neighbour.wire.cancel(piece, offset, Math.min(neighbour.blockBytes, length - offset));
	}

	get #patienceMs(): number {
		const { pieces } = this.#options;
		return pieces.heldCount + this.#fetches.size === pieces.count ? LAST_PATIENCE_MS : PATIENCE_MS;
	}

	/** Whoever is silent is asked for it no more; whoever only has much to do keeps its place in the line there. */
	#askBesides(late: Fetch, neighbour: Neighbour): void {
		if (late.neighbour.quietSeconds * 1000 >= PATIENCE_MS) this.#giveUp(late);
		this.#fetch(late.piece, neighbour);
	}

	#askLater(waitMs: number): void {
		clearTimeout(this.#retry);
		this.#retry = setTimeout(() => this.askAll(), waitMs);
	}
}
