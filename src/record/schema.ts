import type { DatabaseSync } from "node:sqlite";

/** 1: events, outputs, uplink.   2: snapshots beside them. */
const SCHEMA_VERSION = 2;

/** Every table as it is now. What an older version has is the same, so that it only lacks tables. */
const TABLES = `
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
	CREATE TABLE IF NOT EXISTS snapshots (
		seq INTEGER PRIMARY KEY,
		at INTEGER NOT NULL,
		format INTEGER NOT NULL,
		digest TEXT NOT NULL,
		body TEXT NOT NULL
	) STRICT;
`;

/** Brings an empty or older journal up to this version, whole or not at all. Throws, having changed nothing, when it is a newer one's. */
export function migrate(db: DatabaseSync, file: string): void {
	const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
	if (version > SCHEMA_VERSION)
		throw new Error(
			`${file}: written by a newer fleetseed (schema ${version}, this one knows ${SCHEMA_VERSION}). Run that release, or move the file away to begin a new journal.`,
		);
	if (version < SCHEMA_VERSION) transaction(db, () => db.exec(`${TABLES} PRAGMA user_version = ${SCHEMA_VERSION};`));
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
