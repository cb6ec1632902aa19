import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Event } from "../model/event.ts";
import type { TaskRef } from "../model/step.ts";
import { migrate, transaction } from "./schema.ts";
import { type KeptSnapshot, keepSnapshot, latestSnapshot, type Snapshot } from "./snapshots.ts";

/** What a step printed on its machine: the first and last part, and how much there was in all. */
export interface OutputRecord extends TaskRef {
	readonly at: number;
	readonly kind: string;
	readonly head: string;
	readonly tail: string;
	readonly totalBytes: number;
}

/** Outputs kept for each machine; older ones make room. */
const OUTPUTS_PER_MACHINE = 20;

/** The append-only journal: one SQLite file. An event is on the disk when `append` returns (WAL, synchronous=FULL). */
export class Journal {
	readonly #db: DatabaseSync;

	constructor(file: string) {
		mkdirSync(dirname(file), { recursive: true });
		this.#db = new DatabaseSync(file);
		this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
		try {
			migrate(this.#db, file);
		} catch (error) {
			this.#db.close();
			throw error;
		}
	}

	/** All of them or none, in order; answers the number of the last one (of the newest there is, when given none). */
	append(events: readonly Event[]): number {
		const insert = this.#db.prepare("INSERT INTO events (at, kind, machine, body) VALUES (?, ?, ?, ?)");
		transaction(this.#db, () => {
			for (const event of events) insert.run(event.at, event.kind, machineOf(event), JSON.stringify(event));
		});
		return this.lastSeq();
	}

	/** Every event after the one with this number, in order; 0: all of them. */
	*replay(afterSeq = 0): Generator<Event> {
		for (const row of this.#db.prepare("SELECT body FROM events WHERE seq > ? ORDER BY seq").iterate(afterSeq))
			yield JSON.parse(String(row.body)) as Event;
	}

	/** The number of the newest event; 0: there is none. Numbers rise and are never used twice. */
	lastSeq(): number {
		return Number(this.#db.prepare("SELECT max(seq) AS seq FROM events").get()?.seq ?? 0);
	}

	/** The newest two are kept. A crash at any moment costs at most the snapshot, never an event. */
	keepSnapshot(snapshot: Snapshot): void {
		keepSnapshot(this.#db, snapshot);
	}

	/** The newest snapshot, or the newest that ends before the event `before`; it says itself whether it is whole. */
	latestSnapshot(before = Number.MAX_SAFE_INTEGER): KeptSnapshot | null {
		return latestSnapshot(this.#db, before);
	}

	keepOutput(output: OutputRecord): void {
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
	}

	/** Oldest first. */
	outputs(machine: string): readonly OutputRecord[] {
		const rows = this.#db.prepare("SELECT * FROM outputs WHERE machine = ? ORDER BY seq").all(machine);
		return rows.map((row) => ({
			at: Number(row.at),
			machine: String(row.machine),
			rollout: String(row.rollout),
			package: String(row.package),
			attempt: Number(row.attempt),
			kind: String(row.kind),
			head: String(row.head),
			tail: String(row.tail),
			totalBytes: Number(row.total_bytes),
		}));
	}

	/** Adds to what the controller itself has sent of a package, over all its lives. */
	addUplink(sha256: string, bytes: number): void {
		this.#db
			.prepare("INSERT INTO uplink VALUES (?1, ?2) ON CONFLICT (sha256) DO UPDATE SET bytes = bytes + ?2")
			.run(sha256, bytes);
	}

	/** Bytes by hex SHA-256. */
	uplink(): ReadonlyMap<string, number> {
		const rows = this.#db.prepare("SELECT sha256, bytes FROM uplink").all();
		return new Map(rows.map((row) => [String(row.sha256), Number(row.bytes)]));
	}

	close(): void {
		if (this.#db.isOpen) this.#db.close();
	}
}

function machineOf(event: Event): string | null {
	if ("machine" in event) return event.machine;
	return "step" in event && "machine" in event.step ? event.step.machine : null;
}
