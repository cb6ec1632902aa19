import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { chained, GENESIS } from "./chain.ts";

/** One line of the journal that is not what was written. */
export interface Break {
	/** The line's number; for a gap the first one that is missing. */
	readonly seq: number;
	readonly what: string;
}

/** A line's number and its hash. */
export interface Head {
	readonly seq: number;
	readonly hash: string;
}

/** How far a look at the chain has come. */
export interface ChainSoFar {
	readonly lines: number;
	/** The last line and its hash; lines of a journal that ends with these, and whose chain holds, are what they were. */
	readonly head: Head;
	readonly breaks: readonly Break[];
}

/** A journal that is broken all over is told of no further. */
const BREAKS_TOLD = 1000;
const PAGE = 2000;
const PAGE_OF_LINES =
	"SELECT seq, at, CAST(kind AS BLOB) AS kind, CAST(machine AS BLOB) AS machine, CAST(body AS BLOB) AS body, hash FROM events WHERE seq > ? ORDER BY seq LIMIT ?";

/**
 * Looks at every line in order, and says after each page how far it is, so that others get a turn. Reads; changes nothing.
 * `known`: what earlier looks ended with. Whoever writes all the lines and hashes anew is found out by those alone.
 */
export function* verifyChain(db: DatabaseSync, known: readonly Head[]): Generator<ChainSoFar> {
	const look = new Look(known);
	try {
		for (let before = -1; before !== look.lines && !look.isFull; ) {
			before = look.lines;
			for (const row of db.prepare(PAGE_OF_LINES).iterate(look.seq, PAGE)) look.at(row);
			yield look.soFar();
		}
		const newest = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq;
		if (Number(newest) > look.seq && !look.isFull) look.missing(Number(newest));
	} catch (error) {
		look.broken(look.seq + 1, `it cannot be read, nor what follows: ${String(error)}`);
	}
	look.end();
	yield look.soFar();
}

class Look {
	lines = 0;
	seq = 0;
	#hash = GENESIS;
	/** What the last line's hash should be: another one than is kept when that itself was changed. */
	#expected = GENESIS;
	readonly #breaks: Break[] = [];
	readonly #known: readonly Head[];

	constructor(known: readonly Head[]) {
		this.#known = known;
	}

	get isFull(): boolean {
		return this.#breaks.length >= BREAKS_TOLD;
	}

	at(row: Record<string, SQLOutputValue>): void {
		const seq = Number(row.seq);
		const hash = String(row.hash);
		if (seq > this.seq + 1) this.missing(seq - 1);
		const { kind, machine, body } = row as Record<string, Uint8Array>;
		const line = { seq, at: Number(row.at), kind: kind ?? "", machine: machine ?? null, body: body ?? "" };
		const isGap = seq !== this.seq + 1;
		const expected = chained(this.#hash, line);
		const isWhole = isGap || expected === hash || chained(this.#expected, line) === hash;
		if (!isWhole) this.broken(seq, "it is not what was written: its hash is another");
		if (this.#known.some((each) => each.seq === seq && each.hash !== hash))
			this.broken(seq, "it, or a line before it, is not the one that was known by its hash");
		this.lines += 1;
		this.seq = seq;
		this.#hash = hash;
		this.#expected = expected;
	}

	/** The lines that were known must have been met. */
	end(): void {
		for (const { seq } of this.#known) if (seq > this.seq) this.broken(seq, "it was known by its hash, and is missing");
	}

	missing(last: number): void {
		const first = this.seq + 1;
		this.broken(first, first === last ? "it is missing" : `it is missing, and so are all up to ${last}`);
	}

	broken(seq: number, what: string): void {
		if (!this.isFull) this.#breaks.push({ seq, what });
	}

	soFar(): ChainSoFar {
		return { lines: this.lines, head: { seq: this.seq, hash: this.#hash }, breaks: [...this.#breaks] };
	}
}
