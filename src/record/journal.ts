import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { Event } from "../model/event.ts";
import type { TaskRef } from "../model/step.ts";
import { chained, GENESIS } from "./chain.ts";
import { Checkpoints } from "./checkpoints.ts";
import { Flushing } from "./flushing.ts";
import { migrate, transaction } from "./schema.ts";
import { type KeptSnapshot, keepSnapshot, latestSnapshot, type Snapshot } from "./snapshots.ts";
import { TokenTable } from "./tokens.ts";
import { type ChainSoFar, type Head, verifyChain } from "./verify-chain.ts";
import { Witness } from "./witness.ts";

/** What a step printed on its machine: the first and last part, and how much there was in all. */
export interface OutputRecord extends TaskRef {
	/** Rises, and is never used twice. */
	readonly seq: number;
	readonly at: number;
	readonly kind: string;
	readonly head: string;
	readonly tail: string;
	readonly totalBytes: number;
}

/** An event with its number, and the hash that chains it to all before it. */
export interface JournalLine {
	readonly seq: number;
	readonly event: Event;
	readonly hash: string;
}

export interface LineQuery {
	readonly after: number;
	readonly limit: number;
	readonly machine?: string | undefined;
}

export interface OutputQuery {
	/** Those after this one, the oldest first; absent: the newest. */
	readonly after?: number | undefined;
	readonly limit: number;
	readonly machine?: string | undefined;
}

/** Outputs kept for each machine; older ones make room. */
export const OUTPUTS_PER_MACHINE = 20;

/** Pages. The thread that does it comes first, unless it fails or a line is very long. */
const OWN_CHECKPOINT_AT = 10_000;

/**
 * The append-only journal: one SQLite file. Whatever becomes of the process, an event is kept when `append` returns; it outlives a
 * power cut when `onDisk` has resolved, since SQLite itself does not wait for the disk (WAL, synchronous=NORMAL). A power cut takes
 * the newest events or none, never one from the middle.
 */
export class Journal {
	readonly tokens: TokenTable;
	readonly #db: DatabaseSync;
	readonly #statements = new Map<string, StatementSync>();
	readonly #flushing: Flushing;
	readonly #checkpoints: Checkpoints;
	#seqOnDisk: number;
	readonly #witness: Witness;

	constructor(file: string) {
		mkdirSync(dirname(file), { recursive: true });
		this.#db = new DatabaseSync(file);
		this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;");
		this.#db.exec(`PRAGMA wal_autocheckpoint = ${OWN_CHECKPOINT_AT};`);
		try {
			migrate(this.#db, file);
		} catch (error) {
			this.#db.close();
			throw error;
		}
		this.tokens = new TokenTable(this.#db);
		this.#flushing = new Flushing(`${file}-wal`);
		this.#checkpoints = new Checkpoints(file);
		this.#seqOnDisk = this.lastSeq();
		this.#witness = new Witness(this.head());
	}

	/** All of them or none, in order; answers the number of the last one (of the newest there is, when given none). */
	append(events: readonly Event[]): number {
		const insert = this.#prepared("INSERT INTO events (seq, at, kind, machine, body, hash) VALUES (?, ?, ?, ?, ?, ?)");
		let before: Head = { seq: 0, hash: GENESIS };
		transaction(this.#db, () => {
			before = this.head();
			let { hash } = before;
			let seq = this.#lastEverSeq();
			for (const event of events) {
				const { at, kind } = event;
				const [machine, body] = [machineOf(event), JSON.stringify(event)];
				seq += 1;
				hash = chained(hash, { seq, at, kind, machine, body });
				insert.run(seq, at, kind, machine, body, hash);
			}
		});
		this.#witness.saw(before, this.head());
		const last = this.lastSeq();
		void this.#wrote().then(() => {
			this.#seqOnDisk = last;
		});
		return last;
	}

	/** Resolves when all that was written until now is on the disk; rejects when the disk does not take it. */
	onDisk(): Promise<void> {
		return this.#flushing.done();
	}

	/** The newest line that is known to be on the disk. */
	get seqOnDisk(): number {
		return this.#seqOnDisk;
	}

	/** Every event after the one with this number, in order; 0: all of them. */
	*replay(afterSeq = 0): Generator<Omit<JournalLine, "hash">> {
		for (const row of this.#db.prepare("SELECT seq, body FROM events WHERE seq > ? ORDER BY seq").iterate(afterSeq))
			yield { seq: Number(row.seq), event: JSON.parse(String(row.body)) as Event };
	}

	/** The number of the newest event; 0: there is none. Numbers rise and are never used twice. */
	lastSeq(): number {
		return Number(this.#prepared("SELECT max(seq) AS seq FROM events").get()?.seq ?? 0);
	}

	/** On the disk, without the write-ahead log. */
	sizeBytes(): number {
		const row = this.#db
			.prepare("SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size")
			.get();
		return Number(row?.size);
	}

	/** Also of a line that somebody took away: a number that comes again would hide that. */
	#lastEverSeq(): number {
		return Number(this.#prepared("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0);
	}

	/** The newest line and its hash, which stands for all lines before it too. */
	head(): Head {
		const row = this.#prepared("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").get();
		return row ? { seq: Number(row.seq), hash: String(row.hash) } : { seq: 0, hash: GENESIS };
	}

	/** Looks whether every line is what was written, also by what we remember; answers after each page, and at the end with all that is wrong. */
	verify(known: Head | null): Generator<ChainSoFar> {
		return verifyChain(this.#db, [...(known ? [known] : []), ...this.#witness.heads()]);
	}

	/** Lines in order after the one with this number; of one machine, or all. */
	lines({ after, limit, machine }: LineQuery): readonly JournalLine[] {
		const where = machine === undefined ? "" : "AND machine = ?";
		const rows = this.#prepared(`SELECT seq, body, hash FROM events WHERE seq > ? ${where} ORDER BY seq LIMIT ?`).all(
			after,
			...(machine === undefined ? [] : [machine]),
			limit,
		);
		return rows.map(lineOf);
	}

	/** The same, newest first, before the one with this number. */
	linesBefore({
		before,
		limit,
		machine,
	}: Omit<LineQuery, "after"> & { readonly before: number }): readonly JournalLine[] {
		const where = machine === undefined ? "" : "AND machine = ?";
		const rows = this.#prepared(
			`SELECT seq, body, hash FROM events WHERE seq < ? ${where} ORDER BY seq DESC LIMIT ?`,
		).all(before, ...(machine === undefined ? [] : [machine]), limit);
		return rows.map(lineOf);
	}

	/** What steps on the machine came to before this line, the newest first. */
	*outcomesBefore(seq: number, machine: string): Generator<Event> {
		const before = this.#db.prepare(
			"SELECT body FROM events WHERE machine = ? AND seq < ? AND kind = 'StepFinished' ORDER BY seq DESC",
		);
		for (const row of before.iterate(machine, seq)) yield JSON.parse(String(row.body)) as Event;
	}

	/** Every policy that was ever in force after this line; they are of no machine, which is what they are found by. */
	policiesAfter(seq: number): readonly JournalLine[] {
		const rows = this.#db
			.prepare(
				"SELECT seq, body, hash FROM events WHERE machine IS NULL AND seq > ? AND kind = 'PolicyApplied' ORDER BY seq",
			)
			.all(seq);
		return rows.map(lineOf);
	}

	/** The newest two are kept. A crash at any moment costs at most the snapshot, never an event. */
	keepSnapshot(snapshot: Snapshot): void {
		keepSnapshot(this.#db, snapshot);
		void this.#wrote();
	}

	/** The newest snapshot, or the newest that ends before the event `before`; it says itself whether it is whole. */
	latestSnapshot(before = Number.MAX_SAFE_INTEGER): KeptSnapshot | null {
		return latestSnapshot(this.#db, before);
	}

	keepOutput(output: Omit<OutputRecord, "seq">): void {
		const { at, machine, rollout, package: name, attempt, kind, head, tail, totalBytes } = output;
		transaction(this.#db, () => {
			this.#db
				.prepare(
					"INSERT INTO outputs (at, machine, rollout, package, attempt, kind, head, tail, total_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				)
				.run(at, machine, rollout, name, attempt, kind, head, tail, totalBytes);
			this.#db
				.prepare(
					"DELETE FROM outputs WHERE machine = ?1 AND seq NOT IN (SELECT seq FROM outputs WHERE machine = ?1 ORDER BY seq DESC LIMIT ?2)",
				)
				.run(machine, OUTPUTS_PER_MACHINE);
		});
		void this.#wrote();
	}

	/** What steps printed, in order; of one machine, or all. */
	outputs({ after, limit, machine }: OutputQuery): readonly OutputRecord[] {
		const isNewest = after === undefined;
		const of = machine === undefined ? "" : "AND machine = ?";
		const rows = this.#prepared(
			`SELECT * FROM outputs WHERE seq > ? ${of} ORDER BY seq ${isNewest ? "DESC" : "ASC"} LIMIT ?`,
		).all(after ?? 0, ...(machine === undefined ? [] : [machine]), limit);
		return (isNewest ? rows.toReversed() : rows).map(outputOf);
	}

	/** Adds to what the controller itself has sent of a package, over all its lives. */
	addUplink(sha256: string, bytes: number): void {
		this.#db
			.prepare("INSERT INTO uplink VALUES (?1, ?2) ON CONFLICT (sha256) DO UPDATE SET bytes = bytes + ?2")
			.run(sha256, bytes);
		void this.#wrote();
	}

	/** Bytes by hex SHA-256. */
	uplink(): ReadonlyMap<string, number> {
		const rows = this.#prepared("SELECT sha256, bytes FROM uplink").all();
		return new Map(rows.map((row) => [String(row.sha256), Number(row.bytes)]));
	}

	/** Made once for what is asked often; not for what is iterated over, which a second reader would begin again. */
	#prepared(sql: string): StatementSync {
		const known = this.#statements.get(sql);
		if (known) return known;
		const statement = this.#db.prepare(sql);
		this.#statements.set(sql, statement);
		return statement;
	}

	/** Resolves when nothing of it is under way any more beside the loop. Then it can be closed. */
	async settle(): Promise<void> {
		await this.#checkpoints.stop();
		await this.onDisk();
	}

	/** Who closes it last brings all that was written to the disk. */
	close(): void {
		if (this.#db.isOpen) this.#db.close();
		this.#flushing.stop();
	}

	/** A rejection that nobody awaits ends the process, as it must: what was written may not be there. */
	#wrote(): Promise<void> {
		this.#checkpoints.wrote();
		return this.#flushing.request();
	}
}

function lineOf(row: Record<string, SQLOutputValue>): JournalLine {
	return { seq: Number(row.seq), event: JSON.parse(String(row.body)) as Event, hash: String(row.hash) };
}

function outputOf(row: Record<string, SQLOutputValue>): OutputRecord {
	return {
		seq: Number(row.seq),
		at: Number(row.at),
		machine: String(row.machine),
		rollout: String(row.rollout),
		package: String(row.package),
		attempt: Number(row.attempt),
		kind: String(row.kind),
		head: String(row.head),
		tail: String(row.tail),
		totalBytes: Number(row.total_bytes),
	};
}

function machineOf(event: Event): string | null {
	if ("machine" in event) return event.machine;
	return "step" in event && "machine" in event.step ? event.step.machine : null;
}
