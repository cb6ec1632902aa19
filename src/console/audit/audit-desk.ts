import type { Journal } from "../../record/journal.ts";
import type { ChainSoFar, Head } from "../../record/verify-chain.ts";
import type { AuditLine, AuditPage, AuditVerification } from "../cockpit.ts";
import { Joined } from "../joined.ts";
import { AuditBook } from "./audit-book.ts";
import { Followers } from "./followers.ts";
import { LongLooks } from "./long-looks.ts";

export interface AuditQuery {
	/** Those after this line, the oldest first; absent: the newest. */
	readonly after?: number | undefined;
	/** With the newest: those before this line. */
	readonly before?: number | undefined;
	readonly machine?: string | undefined;
	readonly limit: number;
}

/** What goes to those who follow the journal: lines as they are sent, made once for all of them. */
export interface Frames {
	/** Of the last line. */
	readonly seq: number;
	readonly bytes: Buffer;
}

const PAGE = 500;
/** Those who follow are mostly at the same line. */
const FRAMES_KEPT = 16;
const PAGES_KEPT = 64;

/** The journal to look at, from its first line to the newest that is on the disk: what a power cut could take back is shown to nobody. */
export class AuditDesk {
	readonly #journal: Journal;
	readonly #book: AuditBook;
	readonly #followers = new Followers();
	readonly #looks = new LongLooks();
	readonly #whole = new Joined(() => this.#verify(null));
	/** By the line that they come after; what is written next makes them anew. */
	readonly #frames = new Map<number, Frames>();
	readonly #pages = new Map<string, AuditPage>();

	constructor(journal: Journal) {
		this.#journal = journal;
		this.#book = new AuditBook(journal);
	}

	/** In order; the same page to all who ask for it until something is written. */
	page(query: AuditQuery): AuditPage {
		const { after, before, machine, limit } = query;
		const key = JSON.stringify([after, before, machine, limit]);
		return kept(this.#pages, { key, atMost: PAGES_KEPT, make: () => ({ lines: [...this.lines(query)] }) });
	}

	/** In order. */
	lines({ after, before, machine, limit }: AuditQuery): readonly AuditLine[] {
		const { seqOnDisk } = this.#journal;
		if (after !== undefined) {
			const lines = this.#journal.lines({ after, machine, limit });
			return this.#book.read(lines.filter(({ seq }) => seq <= seqOnDisk));
		}
		const newest = Math.min(before ?? Number.MAX_SAFE_INTEGER, seqOnDisk + 1);
		return this.#book.read(this.#journal.linesBefore({ before: newest, machine, limit }).toReversed());
	}

	/** Every line, page by page, so that others get a turn. */
	async *all(): AsyncGenerator<readonly AuditLine[]> {
		for (let after = 0; ; ) {
			await this.#looks.next();
			const lines = this.lines({ after, limit: PAGE });
			const last = lines.at(-1);
			if (!last) return;
			yield lines;
			after = last.seq;
		}
	}

	/** `known`: what an earlier look ended with. */
	verify(known: Head | null = null): Promise<AuditVerification> {
		return known === null ? this.#whole.ask() : this.#verify(known);
	}

	async #verify(known: Head | null): Promise<AuditVerification> {
		let soFar: ChainSoFar | null = null;
		// The head that is answered must be there for ever.
		await this.#journal.onDisk();
		await this.#looks.next();
		for (soFar of this.#journal.verify(known)) await this.#looks.next();
		return verificationOf(soFar);
	}

	head(): AuditVerification["head"] {
		return this.#journal.head();
	}

	lastSeq(): number {
		return this.#journal.seqOnDisk;
	}

	/** Something new is on the disk: those who follow are told. */
	wrote(): void {
		this.#frames.clear();
		this.#pages.clear();
		this.#followers.tellSoon();
	}

	/** Lines after this one as they are sent, the oldest first; null: there are no more yet. */
	frames(after: number): Frames | null {
		if (after >= this.lastSeq()) return null;
		const frames = kept(this.#frames, { key: after, atMost: FRAMES_KEPT, make: () => this.#framesAfter(after) });
		return frames.bytes.length > 0 ? frames : null;
	}

	/** Answers what ends it. */
	listen(listener: () => void): () => void {
		return this.#followers.add(listener);
	}

	#framesAfter(after: number): Frames {
		const lines = this.lines({ after, limit: PAGE });
		const texts = lines.map((line) => `id: ${line.seq}\nevent: line\ndata: ${JSON.stringify(line)}\n\n`);
		return { seq: lines.at(-1)?.seq ?? after, bytes: Buffer.from(texts.join("")) };
	}
}

interface Making<Key, Value> {
	readonly key: Key;
	readonly make: () => Value;
	/** The oldest make room. */
	readonly atMost: number;
}

function kept<Key, Value>(values: Map<Key, Value>, { key, make, atMost }: Making<Key, Value>): Value {
	const known = values.get(key);
	if (known !== undefined) return known;
	const made = make();
	values.set(key, made);
	const [oldest] = values.keys();
	if (oldest !== undefined && values.size > atMost) values.delete(oldest);
	return made;
}

export function verificationOf(soFar: ChainSoFar | null): AuditVerification {
	if (!soFar) throw new Error("the journal was not looked at");
	const { lines, head, breaks } = soFar;
	return { is_intact: breaks.length === 0, lines, head, breaks: [...breaks] };
}
