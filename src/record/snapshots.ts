import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./schema.ts";

/** Everything that the events up to `seq` come to, so that only those after it are read again. */
export interface Snapshot {
	/** The last event that is in it. */
	readonly seq: number;
	/** When that happened, ms since the epoch. */
	readonly at: number;
	/** Which shape the body has; only its writer knows what it means. */
	readonly format: number;
	readonly body: string;
}

/** `damage`: why it is not what was written; null: it is. */
export type KeptSnapshot = Snapshot & { readonly damage: string | null };

/** One more than is needed: the older one serves when the newest cannot be read. */
const KEPT = 2;

/** Replaces all but the one before. Events are not touched: it only saves reading them. */
export function keepSnapshot(db: DatabaseSync, snapshot: Snapshot): void {
	const { seq, at, format, body } = snapshot;
	transaction(db, () => {
		db.prepare("INSERT OR REPLACE INTO snapshots (seq, at, format, digest, body) VALUES (?, ?, ?, ?, ?)").run(
			seq,
			at,
			format,
			digestOf(snapshot),
			body,
		);
		// One that claims to be newer than what is known now is wrong, and must not crowd out good ones.
		db.prepare(
			"DELETE FROM snapshots WHERE seq > ?1 OR seq NOT IN (SELECT seq FROM snapshots WHERE seq <= ?1 ORDER BY seq DESC LIMIT ?2)",
		).run(seq, KEPT);
	});
}

/** The newest that ends before the event `before`. */
export function latestSnapshot(db: DatabaseSync, before: number): KeptSnapshot | null {
	const newest = db.prepare("SELECT max(seq) AS seq FROM snapshots WHERE seq < ?").get(before)?.seq;
	if (newest === null || newest === undefined) return null;
	const seq = Number(newest);
	try {
		const row = db.prepare("SELECT at, format, digest, body FROM snapshots WHERE seq = ?").get(seq);
		const snapshot = { seq, at: Number(row?.at), format: Number(row?.format), body: String(row?.body) };
		const isWhole = digestOf(snapshot) === row?.digest;
		return { ...snapshot, damage: isWhole ? null : "its digest is another: it is torn or was changed" };
	} catch (error) {
		// A page that SQLite itself finds malformed: the events may well be whole, and they are enough.
		return { seq, at: 0, format: 0, body: "", damage: `it cannot be read: ${String(error)}` };
	}
}

function digestOf({ seq, at, format, body }: Snapshot): string {
	return createHash("sha256").update(`${seq} ${at} ${format} `).update(body).digest("hex");
}
