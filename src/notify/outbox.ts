import { DatabaseSync } from "node:sqlite";
import type { Notice } from "../model/notice.ts";

const TABLES = `
	CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;
	CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, notice TEXT NOT NULL) STRICT;
	CREATE INDEX IF NOT EXISTS waiting_sink ON waiting (sink, id);
	CREATE TABLE IF NOT EXISTS standing (id TEXT PRIMARY KEY) STRICT;
`;

/** More than that for one sink are not kept. */
const MAX_WAITING = 1000;
/** Nor more than that of what anybody on the LAN can bring about: it crowds out nothing else. */
const MAX_WAITING_FOUND = 500;

export interface Waiting {
	readonly id: number;
	readonly notice: Notice;
}

/**
 * Notices that are still to be sent, and how far the journal has been looked at for them; one SQLite file beside it. A notice
 * and the number of its event are written together: events after that number have made none.
 */
export class Outbox {
	readonly #db: DatabaseSync;
	/** Notices that found no room, by sink, since they were last told of. */
	readonly #dropped = new Map<string, number>();

	constructor(file: string) {
		this.#db = new DatabaseSync(file);
		this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; ${TABLES}`);
	}

	/** null: the journal was never looked at. */
	cursor(): number | null {
		const row = this.#db.prepare("SELECT seq FROM cursor").get();
		return row ? Number(row.seq) : null;
	}

	/** Keeps what there is to send to each sink, and that the journal was looked at so far. */
	put(notices: readonly { readonly sink: string; readonly notice: Notice }[], cursor: number | null): void {
		this.#together(() => {
			const insert = this.#db.prepare("INSERT INTO waiting (sink, notice) VALUES (?, ?)");
			for (const { sink, notice } of notices)
				if (this.count(sink) < roomFor(notice)) insert.run(sink, JSON.stringify(notice));
				else this.#dropped.set(sink, (this.#dropped.get(sink) ?? 0) + 1);
			if (cursor !== null) this.#db.prepare("INSERT OR REPLACE INTO cursor VALUES (1, ?)").run(cursor);
		});
	}

	/** The oldest first. */
	waiting(sink: string, limit: number): readonly Waiting[] {
		const rows = this.#db.prepare("SELECT id, notice FROM waiting WHERE sink = ? ORDER BY id LIMIT ?").all(sink, limit);
		return rows.map(({ id, notice }) => ({ id: Number(id), notice: JSON.parse(String(notice)) as Notice }));
	}

	count(sink: string): number {
		return Number(this.#db.prepare("SELECT count(*) AS n FROM waiting WHERE sink = ?").get(sink)?.n);
	}

	/** They were sent, or given up. */
	remove(ids: readonly number[]): void {
		this.#together(() => {
			const remove = this.#db.prepare("DELETE FROM waiting WHERE id = ?");
			for (const id of ids) remove.run(id);
		});
	}

	dropped(sink: string): number {
		return this.#dropped.get(sink) ?? 0;
	}

	toldOfDropped(sink: string, many: number): void {
		this.#dropped.set(sink, this.dropped(sink) - many);
	}

	/** The ids of what stands and was told. */
	standing(): ReadonlySet<string> {
		return new Set(
			this.#db
				.prepare("SELECT id FROM standing")
				.all()
				.map(({ id }) => String(id)),
		);
	}

	/** What begins to stand, with its notices, and what no longer does. */
	stand(
		began: readonly string[],
		ended: readonly string[],
		notices: readonly { readonly sink: string; readonly notice: Notice }[],
	): void {
		const insert = this.#db.prepare("INSERT OR IGNORE INTO standing VALUES (?)");
		const remove = this.#db.prepare("DELETE FROM standing WHERE id = ?");
		// At worst what was told is told again.
		this.put(notices, null);
		this.#together(() => {
			for (const id of began) insert.run(id);
			for (const id of ended) remove.run(id);
		});
	}

	/** Sinks that are no longer configured have nothing to wait for. */
	keepOnly(sinks: readonly string[]): void {
		this.#db
			.prepare("DELETE FROM waiting WHERE sink NOT IN (SELECT value FROM json_each(?))")
			.run(JSON.stringify(sinks));
	}

	close(): void {
		if (this.#db.isOpen) this.#db.close();
	}

	#together(act: () => void): void {
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

function roomFor({ kind }: Notice): number {
	return kind === "machine_discovered" ? MAX_WAITING_FOUND : MAX_WAITING;
}
