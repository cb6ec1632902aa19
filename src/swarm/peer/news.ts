import type { Neighbour } from "./neighbour.ts";

/** News of pieces of so many bytes leaves together: each word to each neighbour is a packet of its own, which slow links feel ... */
const TOGETHER_BYTES = 128 * 1024;
/** ... but none waits for longer, or is sent sooner. */
const MOST_MS = 250;
const LEAST_MS = 10;
/** The source waits for the word of what it has shown; what came from others it only counts, for all its neighbours: that may be so late. */
const COUNTED_MS = 500;

/** A piece that was kept, and who gave it. */
export interface Kept {
	readonly piece: number;
	readonly from: Neighbour;
}

/** Tells the neighbours which pieces were kept: soon, and in few words. */
export class News {
	readonly #neighbours: () => Iterable<Neighbour>;
	#kept: Kept[] = [];
	/** What the source has not heard of. */
	#counted: number[] = [];
	#timer: NodeJS.Timeout | undefined;
	#countedTimer: NodeJS.Timeout | undefined;

	constructor(neighbours: () => Iterable<Neighbour>) {
		this.#neighbours = neighbours;
	}

	add(kept: Kept): void {
		this.#kept.push(kept);
		this.#timer ??= setTimeout(() => this.#tell(), this.#pauseMs);
	}

	/** Nothing waits any longer. */
	tellAll(): void {
		this.#tell();
		this.#tellCounted();
	}

	stop(): void {
		clearTimeout(this.#timer);
		clearTimeout(this.#countedTimer);
	}

	get #pauseMs(): number {
		let rate = 0;
		for (const neighbour of this.#neighbours()) rate += neighbour.rate;
		const ms = (TOGETHER_BYTES * 1000) / Math.max(rate, 1);
		return Math.min(MOST_MS, Math.max(LEAST_MS, ms));
	}

	/** A neighbour that has the piece need not know, but whoever gave it waits for the word. */
	#tell(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const news = this.#kept.splice(0);
		for (const neighbour of this.#neighbours()) {
			if (neighbour.isSource) this.#count(neighbour, news);
			else
				for (const { piece, from } of news) if (neighbour === from || !neighbour.has(piece)) neighbour.wire.have(piece);
		}
	}

	#count(source: Neighbour, news: readonly Kept[]): void {
		this.#counted.push(...news.map(({ piece }) => piece));
		if (news.some(({ piece }) => source.has(piece))) this.#tellCounted();
		else this.#countedTimer ??= setTimeout(() => this.#tellCounted(), COUNTED_MS);
	}

	#tellCounted(): void {
		clearTimeout(this.#countedTimer);
		this.#countedTimer = undefined;
		const counted = this.#counted.splice(0);
		for (const { isSource, wire } of this.#neighbours()) if (isSource) for (const piece of counted) wire.have(piece);
	}
}
