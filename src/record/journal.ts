import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Event } from "../model/event.ts";
import type { TaskRef } from "../model/step.ts";

const SCHEMA_VERSION = 1;

const SCHEMA = `
	CREATE TABLE IF NOT EXISTS events (
		seq INTEGER PRIMARY KEY AUTOINCREMENT,
		at INTEGER NOT NULL,
		kind TEXT NOT NULL,
		machine TEXT,
		body TEXT NOT NULL
	) STRICT;
	CREATE INDEX IF NOT EXISTS events_machine ON events (machine, seq);
	CREATE TABLE IF NOT EXISTS outputs (
		seq INTEGER PRIMARY KEY AUTOINCREMENT,
		at INTEGER NOT NULL,
		machine TEXT NOT NULL,
		rollout TEXT NOT NULL,
		package TEXT NOT NULL,
		attempt INTEGER NOT NULL,
		kind TEXT NOT NULL,
		head TEXT NOT NULL,
		tail TEXT NOT NULL,
		total_bytes INTEGER NOT NULL
	) STRICT;
	CREATE INDEX IF NOT EXISTS outputs_machine ON outputs (machine, seq);
	CREATE TABLE IF NOT EXISTS uplink (
		sha256 TEXT PRIMARY KEY,
		bytes INTEGER NOT NULL
	) STRICT;
	PRAGMA user_version = ${SCHEMA_VERSION};
`;

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
		this.#migrate(file);
	}

	#migrate(file: string): void {
		const version = Number(this.#db.prepare("PRAGMA user_version").get()?.user_version);
		if (version > SCHEMA_VERSION)
			throw new Error(`${file}: written by a newer fleetseed (schema ${version}, this one knows ${SCHEMA_VERSION})`);
		this.#db.exec(SCHEMA);
	}

	/** All of them or none, in order. */
	append(events: readonly Event[]): void {
		const insert = this.#db.prepare("INSERT INTO events (at, kind, machine, body) VALUES (?, ?, ?, ?)");
		this.#transaction(() => {
			for (const event of events) insert.run(event.at, event.kind, machineOf(event), JSON.stringify(event));
		});
	}

	/** Every event since the first, in order. */
	*replay(): Generator<Event> {
		for (const row of this.#db.prepare("SELECT body FROM events ORDER BY seq").iterate())
			yield JSON.parse(String(row.body)) as Event;
	}

	keepOutput(output: OutputRecord): void {
		const { at, machine, rollout, package: name, attempt, kind, head, tail, totalBytes } = output;
		this.#transaction(() => {
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

	#transaction(act: () => void): void {
		this.#db.exec("BEGIN IMMEDIATE");
		try {
			act();
			this.#db.exec("COMMIT");
		} catch (error) {
			this.#db.exec("ROLLBACK");
			throw error;
		}
	}
}

function machineOf(event: Event): string | null {
	if ("machine" in event) return event.machine;
	return "step" in event && "machine" in event.step ? event.step.machine : null;
}
