import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { Event } from "../../src/model/event.ts";
import { Journal } from "../../src/record/journal.ts";
import { type ChainSoFar, type Head, verifyChain } from "../../src/record/verify-chain.ts";

const LINES = 300;
let folder = "";
let whole = "";
let head: Head = { seq: 0, hash: "" };

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-chain-"));
	whole = join(folder, "whole.sqlite");
	const journal = new Journal(whole);
	journal.append(Array.from({ length: LINES }, (_, index) => excluded(index + 1)));
	head = journal.head();
	journal.close();
	change(whole, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
});
after(() => rm(folder, { recursive: true }));

function excluded(line: number): Event {
	return { kind: "MachineExcluded", machine: `mill-${line}`, by: "eve", reason: `reason of line ${line}.`, at: line };
}

function change(file: string, sql: string): void {
	const db = new DatabaseSync(file);
	db.exec(sql);
	db.close();
}

function copyOf(name: string): string {
	const file = join(folder, `${name}.sqlite`);
	copyFileSync(whole, file);
	return file;
}

function verified(file: string, known: Head | null = null): ChainSoFar {
	const db = new DatabaseSync(file, { readOnly: true });
	const steps = [...verifyChain(db, known ? [known] : [])];
	db.close();
	const last = steps.at(-1);
	assert.ok(last);
	return last;
}

/** What the file says without any hash; null: SQLite itself finds it malformed. */
function readable(file: string): readonly string[] | null {
	const db = new DatabaseSync(file, { readOnly: true });
	try {
		const rows = db
			.prepare("SELECT seq, at, hex(kind) AS k, hex(machine) AS m, hex(body) AS b, hash FROM events")
			.all();
		return rows.map((row) => JSON.stringify(row));
	} catch {
		return null;
	} finally {
		db.close();
	}
}

test("a journal that nobody touched is whole, and ends with the head that was noted", () => {
	assert.deepEqual(verified(whole, head), { lines: LINES, head, breaks: [] });
});

test("one byte of any line changed in the file: that line is named, and no other", () => {
	const bytes = readFileSync(whole);
	for (let line = 1; line <= LINES; line += 7) {
		const text = `reason of line ${line}.`;
		const named: number[] = [];
		// Pages keep remains of what was moved from them: where a change of those is, no line changes.
		for (let at = bytes.indexOf(text); at > 0; at = bytes.indexOf(text, at + 1)) {
			const file = copyOf("byte");
			const changed = Buffer.from(bytes);
			changed[at] = changed.readUInt8(at) ^ 1;
			writeFileSync(file, changed);
			named.push(...verified(file).breaks.map(({ seq }) => seq));
		}
		assert.deepEqual(named, [line]);
	}
});

test("whatever byte of the file is changed, the chain holds only if every line still says the same", () => {
	const bytes = readFileSync(whole);
	const before = readable(whole);
	let found = 0;
	for (let at = 100; at < bytes.length; at += 311) {
		const file = copyOf("any");
		const changed = Buffer.from(bytes);
		changed[at] = changed.readUInt8(at) ^ (1 << (at % 8));
		writeFileSync(file, changed);
		const after = readable(file);
		const isSame = after !== null && JSON.stringify(after) === JSON.stringify(before);
		const { breaks } = verified(file);
		if (!isSame) found += 1;
		assert.ok(isSame || breaks.length > 0, `byte ${at} changed a line, and nothing was found`);
	}
	assert.ok(found > 100, `${found} changes of lines were tried`);
});

test("a line that is gone is named, from the middle and from the end", () => {
	const middle = copyOf("middle");
	change(middle, "DELETE FROM events WHERE seq IN (40, 41)");
	assert.deepEqual(verified(middle).breaks[0], { seq: 40, what: "it is missing, and so are all up to 41" });
	const end = copyOf("end");
	change(end, `DELETE FROM events WHERE seq = ${LINES}`);
	assert.deepEqual(verified(end).breaks, [{ seq: LINES, what: "it is missing" }]);
	const journal = new Journal(end);
	journal.append([excluded(1)]);
	journal.close();
	assert.equal(verified(end).breaks[0]?.seq, LINES, "what is written later does not close the gap");
});

test("two lines that changed places, and a hash that was changed, are found", () => {
	const file = copyOf("places");
	change(
		file,
		"CREATE TEMP TABLE kept AS SELECT body FROM events WHERE seq = 10; UPDATE events SET body = (SELECT body FROM events WHERE seq = 11) WHERE seq = 10; UPDATE events SET body = (SELECT body FROM kept) WHERE seq = 11",
	);
	assert.deepEqual(
		verified(file).breaks.map(({ seq }) => seq),
		[10, 11],
	);
	const hash = copyOf("hash");
	change(hash, "UPDATE events SET hash = printf('%064d', 7) WHERE seq = 20");
	assert.deepEqual(
		verified(hash).breaks.map(({ seq }) => seq),
		[20],
	);
});

test("who writes every hash anew is found out by a head that was noted before", () => {
	const file = copyOf("anew");
	change(
		file,
		"UPDATE events SET body = replace(body, 'eve', 'bob') WHERE seq = 5; ALTER TABLE events DROP COLUMN hash",
	);
	change(file, "PRAGMA user_version = 2");
	new Journal(file).close();
	assert.deepEqual(verified(file).breaks, [], "by itself it looks whole");
	assert.deepEqual(
		verified(file, head).breaks.map(({ seq }) => seq),
		[LINES],
	);
});

test("a journal of the schema before is chained as it is opened, and loses nothing", () => {
	const file = copyOf("before");
	change(file, "ALTER TABLE events DROP COLUMN hash; DROP TABLE tokens; PRAGMA user_version = 2");
	const journal = new Journal(file);
	assert.deepEqual([...journal.replay()].length, LINES);
	assert.deepEqual(journal.head(), head, "the same lines have the same hashes");
	journal.close();
});

/** What the daemon itself finds in the journal that it has open. */
function seenBy(journal: Journal): readonly number[] {
	return [...journal.verify(null)].at(-1)?.breaks.map(({ seq }) => seq) ?? [];
}

test("who cuts off the end beside a daemon at work, and hides that from SQLite, is found out by the daemon", () => {
	const file = copyOf("cut");
	const journal = new Journal(file);
	journal.append([excluded(LINES + 1), excluded(LINES + 2)]);
	assert.deepEqual(seenBy(journal), []);
	change(
		file,
		`DELETE FROM events WHERE seq > ${LINES}; UPDATE sqlite_sequence SET seq = ${LINES} WHERE name = 'events'`,
	);
	assert.deepEqual(seenBy(journal), [LINES + 2]);
	for (const line of [1, 2, 3]) journal.append([excluded(line)]);
	assert.deepEqual(seenBy(journal), [LINES + 2], "also when as many lines were written since");
	journal.close();
	assert.deepEqual(verified(file).breaks, [], "by itself it looks whole");
});

test("who writes all lines anew beside a daemon at work, hashes too, is found out by the daemon", () => {
	const file = copyOf("anew-beside");
	const journal = new Journal(file);
	const other = copyOf("other");
	change(
		other,
		"UPDATE events SET body = replace(body, 'eve', 'bob') WHERE seq = 5; ALTER TABLE events DROP COLUMN hash",
	);
	change(other, "PRAGMA user_version = 2");
	new Journal(other).close();
	change(file, `ATTACH '${other}' AS other; DELETE FROM events; INSERT INTO events SELECT * FROM other.events`);
	assert.deepEqual(seenBy(journal), [LINES]);
	journal.close();
	assert.deepEqual(verified(file).breaks, [], "by itself it looks whole");
});
