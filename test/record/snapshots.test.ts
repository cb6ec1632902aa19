import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { Event } from "../../src/model/event.ts";
import { Journal } from "../../src/record/journal.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-snapshots-"));
});
after(() => rm(folder, { recursive: true }));

const paused = (at: number): Event => ({ kind: "Paused", policy: null, by: "eve", reason: "audit", at });
const snapshot = (seq: number) => ({ seq, at: seq * 10, format: 1, body: `{"upTo":${seq}}` });

function change(file: string, sql: string): void {
	const db = new DatabaseSync(file);
	db.exec(sql);
	db.close();
}

test("the newest two snapshots are kept, and every event", () => {
	const file = join(folder, "two.sqlite");
	const journal = new Journal(file);
	assert.equal(journal.latestSnapshot(), null);
	assert.equal(journal.append([paused(1), paused(2), paused(3)]), 3);
	for (const seq of [1, 2, 3]) journal.keepSnapshot(snapshot(seq));
	journal.close();
	const again = new Journal(file);
	assert.deepEqual(again.latestSnapshot(), { ...snapshot(3), damage: null });
	assert.deepEqual(again.latestSnapshot(3), { ...snapshot(2), damage: null });
	assert.equal(again.latestSnapshot(2), null);
	assert.equal([...again.replay()].length, 3);
	assert.deepEqual([...again.replay(2)], [{ seq: 3, event: paused(3) }]);
	assert.deepEqual([...again.replay(3)], []);
	again.close();
});

for (const [what, sql] of [
	["a torn body", "UPDATE snapshots SET body = substr(body, 1, 5)"],
	["another format", "UPDATE snapshots SET format = 7"],
	["another event's number", "UPDATE snapshots SET seq = 2"],
	["another digest", "UPDATE snapshots SET digest = 'aa'"],
] as const) {
	test(`${what} shows as damage`, () => {
		const file = join(folder, `${what}.sqlite`);
		const journal = new Journal(file);
		journal.keepSnapshot(snapshot(1));
		journal.close();
		change(file, sql);
		const again = new Journal(file);
		assert.match(String(again.latestSnapshot()?.damage), /its digest is another/);
		again.close();
	});
}

test("a snapshot of events that the journal does not have makes room for a true one", () => {
	const file = join(folder, "ahead.sqlite");
	const journal = new Journal(file);
	for (const seq of [1, 900, 901]) journal.keepSnapshot(snapshot(seq));
	journal.keepSnapshot(snapshot(2));
	assert.deepEqual(
		[journal.latestSnapshot()?.seq, journal.latestSnapshot(2)?.seq],
		[2, undefined],
		"901 made room, and with 900 beside it 1 had gone before",
	);
	journal.close();
});

test("a journal of schema 1 is brought up to 3 with all that it holds", () => {
	const file = join(folder, "one.sqlite");
	const written = new Journal(file);
	written.append([paused(1), paused(2)]);
	written.addUplink("aa", 5);
	written.close();
	change(file, "DROP TABLE snapshots; PRAGMA user_version = 1");
	const journal = new Journal(file);
	assert.deepEqual(
		[...journal.replay()].map(({ event }) => event),
		[paused(1), paused(2)],
	);
	assert.deepEqual([...journal.uplink()], [["aa", 5]]);
	journal.keepSnapshot(snapshot(2));
	journal.close();
	const db = new DatabaseSync(file);
	assert.equal(db.prepare("PRAGMA user_version").get()?.user_version, 3);
	db.close();
});

test("a newer journal is refused, unchanged, and is not held open", () => {
	const file = join(folder, "newer.sqlite");
	change(file, "PRAGMA user_version = 4");
	assert.throws(
		() => new Journal(file),
		/newer\.sqlite: written by a newer fleetseed \(schema 4, .* 3\) \(FS-JOURNAL-NEWER\)/,
	);
	const db = new DatabaseSync(file);
	db.exec("BEGIN EXCLUSIVE; COMMIT");
	assert.deepEqual(db.prepare("SELECT name FROM sqlite_schema").all(), []);
	db.close();
});
