import { setImmediate as nextTurn } from "node:timers/promises";
import type { Journal } from "../../record/journal.ts";
import type { ChainSoFar, Head } from "../../record/verify-chain.ts";
import type { AuditLine, AuditVerification } from "../cockpit.ts";
import { AuditBook } from "./audit-book.ts";

export interface AuditQuery {
	/** Those after this line, the oldest first; absent: the newest. */
	readonly after?: number | undefined;
	/** With the newest: those before this line. */
	readonly before?: number | undefined;
	readonly machine?: string | undefined;
	readonly limit: number;
}

/** What goes to those who follow the journal: a line as it is sent, made once for all of them. */
export interface Frame {
	readonly seq: number;
	readonly text: string;
}

const FRAMES_KEPT = 2048;
const PAGE = 500;

/** The journal to look at, from its first line to what is written right now. */
export class AuditDesk {
	readonly #journal: Journal;
	readonly #book: AuditBook;
	readonly #frames: Frame[] = [];
	readonly #listeners = new Set<() => void>();

	constructor(journal: Journal) {
		this.#journal = journal;
		this.#book = new AuditBook(journal);
	}

	/** In order. */
	lines({ after, before, machine, limit }: AuditQuery): readonly AuditLine[] {
		if (after !== undefined) return this.#book.read(this.#journal.lines({ after, machine, limit }));
		const newest = this.#journal.linesBefore({ before: before ?? Number.MAX_SAFE_INTEGER, machine, limit });
		return this.#book.read(newest.toReversed());
	}

	/** Every line, page by page, so that others get a turn. */
	async *all(): AsyncGenerator<readonly AuditLine[]> {
		for (let after = 0; ; ) {
			const lines = this.lines({ after, limit: PAGE });
			const last = lines.at(-1);
			if (!last) return;
			yield lines;
			after = last.seq;
			await nextTurn();
		}
	}

	/** `known`: what an earlier look ended with. */
	async verify(known: Head | null = null): Promise<AuditVerification> {
		let soFar: ChainSoFar | null = null;
		for (soFar of this.#journal.verify(known)) await nextTurn();
		return verificationOf(soFar);
	}

	head(): AuditVerification["head"] {
		return this.#journal.head();
	}

	lastSeq(): number {
		return this.#journal.lastSeq();
	}

	/** Something was written: those who follow are told. */
	wrote(): void {
		if (this.#listeners.size === 0) {
			this.#frames.length = 0;
			return;
		}
		const after = this.#frames.at(-1)?.seq;
		if (after !== undefined) this.#keep(after);
		for (const listener of this.#listeners) listener();
	}

	/** Lines after this one as they are sent, the oldest first; empty: there are no more yet. */
	frames(after: number): readonly Frame[] {
		const first = this.#frames[0];
		if (first && first.seq <= after + 1) {
			const next = this.#frames.findLastIndex(({ seq }) => seq <= after) + 1;
			return this.#frames.slice(next, next + PAGE);
		}
		const read = this.#framesAfter(after);
		const isNewest = read.length > 0 && read.length < PAGE;
		if (isNewest && !first) this.#frames.push(...read);
		return read;
	}

	/** Answers what ends it. */
	listen(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#keep(after: number): void {
		for (let read = this.#framesAfter(after); read.length > 0; read = this.#framesAfter(this.#frames.at(-1)?.seq ?? 0))
			this.#frames.push(...read);
		this.#frames.splice(0, Math.max(0, this.#frames.length - FRAMES_KEPT));
	}

	#framesAfter(after: number): readonly Frame[] {
		return this.lines({ after, limit: PAGE }).map((line) => ({
			seq: line.seq,
			text: `id: ${line.seq}\nevent: line\ndata: ${JSON.stringify(line)}\n\n`,
		}));
	}
}

export function verificationOf(soFar: ChainSoFar | null): AuditVerification {
	if (!soFar) throw new Error("the journal was not looked at");
	const { lines, head, breaks } = soFar;
	return { is_intact: breaks.length === 0, lines, head, breaks: [...breaks] };
}
