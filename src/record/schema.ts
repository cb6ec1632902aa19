import type { DatabaseSync } from "node:sqlite";
import { chained, GENESIS } from "./chain.ts";

/** 1: events, outputs, uplink.   2: snapshots beside them.   3: events are chained by their hashes; tokens. */
const SCHEMA_VERSION = 3;

/** Every table as it is now. What an older version has is the same, so that it only lacks tables, and the hashes of its events. */
const TABLES = `
	CREATE TABLE IF NOT EXISTS events (
		seq INTEGER PRIMARY KEY AUTOINCREMENT,
		at INTEGER NOT NULL,
		kind TEXT NOT NULL,
		machine TEXT,
		body TEXT NOT NULL,
		hash TEXT
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
	CREATE TABLE IF NOT EXISTS snapshots (
		seq INTEGER PRIMARY KEY,
		at INTEGER NOT NULL,
		format INTEGER NOT NULL,
		digest TEXT NOT NULL,
		body TEXT NOT NULL
	) STRICT;
	CREATE TABLE IF NOT EXISTS tokens (
		id TEXT PRIMARY KEY,
		name TEXT NOT NULL,
		role TEXT NOT NULL,
		digest TEXT NOT NULL,
		made_at INTEGER NOT NULL,
		made_by TEXT NOT NULL,
		expires_at INTEGER,
		revoked_at INTEGER
	) STRICT;
	CREATE UNIQUE INDEX IF NOT EXISTS tokens_name ON tokens (name) WHERE revoked_at IS NULL;
`;

/** A journal of a release that is newer than this one. */
export class NewerJournal extends Error {}

/** Brings an empty or older journal up to this version, whole or not at all. Throws NewerJournal, having changed nothing, when it is a newer one's. */
export function migrate(db: DatabaseSync, file: string): void {
	const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
	if (version > SCHEMA_VERSION)
		throw new NewerJournal(
			`${file}: written by a newer fleetseed (schema ${version}, this one knows ${SCHEMA_VERSION}) (FS-JOURNAL-NEWER)`,
		);
	if (version === SCHEMA_VERSION) return;
	transaction(db, () => {
		db.exec(TABLES);
		chainUnchained(db);
		db.exec(`PRAGMA user_version = ${SCHEMA_VERSION};`);
	});
}

/** What was written before there was a chain is vouched for from now on. */
function chainUnchained(db: DatabaseSync): void {
	const columns = db.prepare("SELECT name FROM pragma_table_info('events')").all();
	if (columns.some(({ name }) => name === "hash")) return;
	db.exec("ALTER TABLE events ADD COLUMN hash TEXT");
	const set = db.prepare("UPDATE events SET hash = ? WHERE seq = ?");
	const after = db.prepare("SELECT seq, at, kind, machine, body FROM events WHERE seq > ? ORDER BY seq LIMIT 1000");
	let hash = GENESIS;
	for (let rows = after.all(0); rows.length > 0; rows = after.all(rows.at(-1)?.seq ?? null))
		for (const { seq, at, kind, machine, body } of rows) {
			const line = { seq: Number(seq), at: Number(at), kind: String(kind), body: String(body) };
			hash = chained(hash, { ...line, machine: machine === null ? null : String(machine) });
			set.run(hash, line.seq);
		}
}

/** All of it or nothing. */
export function transaction(db: DatabaseSync, act: () => void): void {
	db.exec("BEGIN IMMEDIATE");
	try {
		act();
		db.exec("COMMIT");
	} catch (error) {
		db.exec("ROLLBACK");
		throw error;
	}
}
