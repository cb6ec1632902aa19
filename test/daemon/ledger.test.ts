import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { Ledger } from "../../src/daemon/ledger.ts";
import type { Event } from "../../src/model/event.ts";
import { FLEET_FORMAT } from "../../src/plan/fleet-json.ts";
import { Journal } from "../../src/record/journal.ts";
import { machineEvents } from "../bench/big-fleet.ts";
import { assertSame, eventsIn, live, NOW, start, wholeFold } from "./ledger-life.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-ledger-"));
});
after(() => rm(folder, { recursive: true }));

function change(file: string, sql: string): void {
	const db = new DatabaseSync(file);
	db.exec(sql);
	db.close();
}

test("the newest snapshot and the events after it come to what all events come to", () => {
	const file = join(folder, "fold.sqlite");
	const before = live({ file, snapshotEvery: 150 });
	const { fleet, problems, folded } = start(file);
	assertSame(fleet, before);
	assertSame(fleet, wholeFold(file));
	assert.deepEqual(problems, []);
	const events = eventsIn(file);
	assert.ok(events > 300 && folded < events / 2, `${folded} of ${events} events were read`);
});

test("who came in, what was refused, tokens and reloads change nothing that is decided from, and are kept all the same", () => {
	const journal = new Journal(join(folder, "records.sqlite"));
	const ledger = new Ledger(journal);
	ledger.recover(NOW);
	const kept = readFileSync(new URL("../plan/kept-journal.jsonl", import.meta.url), "utf8")
		.trimEnd()
		.split("\n");
	const records = [
		"TokenMade",
		"TokenRevoked",
		"LoggedIn",
		"OrderRefused",
		"Reloaded",
		"MachineCleaned",
		"DeliveryChosen",
	];
	const events = records.map((kind) =>
		kept.map((line) => JSON.parse(line) as Event).find((event) => event.kind === kind),
	);
	for (const event of events) assert.ok(event && ledger.record([event]), event?.kind);
	const lines = [...journal.replay()].map(({ event }) => event.kind);
	journal.close();
	assert.deepEqual(lines, records);
});

test("steps in flight at the snapshot are told to be interrupted, once", () => {
	const file = join(folder, "interrupted.sqlite");
	live({ file, turns: 3, isCutOff: true });
	const journal = new Journal(file);
	const ledger = new Ledger(journal);
	ledger.recover(NOW);
	ledger.keepSnapshot();
	journal.close();
	const interrupted = (lines: Iterable<{ readonly event: Event }>) =>
		[...lines].filter(({ event }) => event.kind === "StepInterrupted").length;
	const again = new Journal(file);
	const told = interrupted(again.replay());
	assert.ok(told > 0);
	const next = new Ledger(again);
	next.recover(NOW);
	assert.equal(interrupted(again.replay()), told);
	assertSame(next.fleet, ledger.fleet);
	again.close();
});

/** Two snapshots, 60 and more events apart, and events after the last. */
function withTwoSnapshots(name: string): { readonly file: string; readonly newest: number; readonly older: number } {
	const file = join(folder, `${name}.sqlite`);
	live({ file, snapshotEvery: 60 });
	const journal = new Journal(file);
	const newest = journal.latestSnapshot()?.seq ?? 0;
	const older = journal.latestSnapshot(newest)?.seq ?? 0;
	journal.close();
	assert.ok(older > 0 && newest > older);
	return { file, newest, older };
}

for (const [what, sql, why] of [
	["torn", "SET body = substr(body, 1, 999)", /torn or was changed/],
	["of another digest", "SET digest = upper(digest)", /torn or was changed/],
	["changed by hand", "SET body = replace(body, '10.0.0.1', '10.0.0.9')", /torn or was changed/],
] as const) {
	test(`a snapshot that is ${what} is passed over for the older one, and that is told`, () => {
		const { file, newest, older } = withTwoSnapshots(what);
		change(file, `UPDATE snapshots ${sql} WHERE seq = ${newest}`);
		const { fleet, problems, folded } = start(file);
		assertSame(fleet, wholeFold(file));
		assert.equal(problems.length, 1);
		assert.match(problems[0] ?? "", new RegExp(`snapshot of event ${newest} is passed over`));
		assert.match(problems[0] ?? "", why);
		assert.equal(folded, eventsIn(file) - older);
	});
}

for (const [what, body, format, why] of [
	[
		"of another format",
		"{}",
		FLEET_FORMAT + 1,
		new RegExp(`format ${FLEET_FORMAT + 1}, and this release reads ${FLEET_FORMAT}`),
	],
	["no fleet", '{"shared":[],"machines":7}', FLEET_FORMAT, /it holds no fleet/],
	["no JSON", "", FLEET_FORMAT, /it holds no fleet/],
] as const) {
	test(`a snapshot that is ${what} is passed over though its digest is right`, () => {
		const { file, newest } = withTwoSnapshots(what);
		const journal = new Journal(file);
		journal.keepSnapshot({ seq: newest, at: NOW, format, body });
		journal.close();
		const { fleet, problems } = start(file);
		assertSame(fleet, wholeFold(file));
		assert.equal(problems.length, 1);
		assert.match(problems[0] ?? "", why);
	});
}

test("a snapshot of events that the journal does not have is passed over", () => {
	const { file } = withTwoSnapshots("ahead");
	const last = eventsIn(file);
	const journal = new Journal(file);
	const { body } = journal.latestSnapshot() ?? assert.fail();
	journal.keepSnapshot({ seq: last + 1, at: NOW, format: FLEET_FORMAT, body });
	journal.close();
	const { fleet, problems } = start(file);
	assertSame(fleet, wholeFold(file));
	assert.match(problems[0] ?? "", new RegExp(`the journal ends at event ${last}`));
});

test("when no snapshot can be read, the whole journal is folded", () => {
	const { file } = withTwoSnapshots("none-good");
	change(file, "UPDATE snapshots SET body = 'x' || body");
	const { fleet, problems, folded } = start(file);
	assertSame(fleet, wholeFold(file));
	assert.equal(problems.length, 2);
	assert.equal(folded, eventsIn(file));
});

/** Where in the file a part of the snapshot's body stands that no event has. */
function onlyInSnapshot(file: string, bytes: Buffer): number {
	const db = new DatabaseSync(file);
	const body = Buffer.from(String(db.prepare("SELECT body FROM snapshots").get()?.body));
	db.close();
	for (let from = 9000; from < body.length; from += 500) {
		const part = body.subarray(from, from + 200);
		const place = bytes.indexOf(part);
		if (place > 0 && bytes.lastIndexOf(part) === place) return place;
	}
	return assert.fail("every part of the snapshot is in some event too");
}

test("bytes that the disk has lost within a snapshot cost the snapshot alone", () => {
	const { file, newest } = withTwoSnapshots("lost-bytes");
	change(file, `DELETE FROM snapshots WHERE seq <> ${newest}; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;`);
	const bytes = readFileSync(file);
	const place = onlyInSnapshot(file, bytes);
	// Past the end of the page: the link to the next one is lost with it.
	bytes.fill(0xff, place, (Math.floor(place / 4096) + 1) * 4096 + 8);
	writeFileSync(file, bytes);
	const { fleet, problems } = start(file);
	assertSame(fleet, wholeFold(file));
	assert.match(problems[0] ?? "", /passed over/);
});

test("a journal of schema 1 is folded whole once, and keeps a snapshot when it is long", () => {
	const file = join(folder, "one.sqlite");
	const before = live({ file });
	change(file, "DROP TABLE snapshots; PRAGMA user_version = 1");
	const journal = new Journal(file);
	const ledger = new Ledger(journal, { snapshotEvery: 100 });
	ledger.recover(NOW);
	assertSame(ledger.fleet, before);
	assert.equal(journal.latestSnapshot()?.seq, journal.lastSeq());
	journal.close();
	assert.equal(start(file).folded, 0);
});

test("an orderly stop keeps a snapshot of what is new, and none of what is not", () => {
	const file = join(folder, "orderly.sqlite");
	live({ file });
	const kept: number[] = [];
	const journal = new Journal(file);
	const ledger = new Ledger(journal, { onKept: ({ seq }) => kept.push(seq) });
	ledger.recover(NOW);
	ledger.keepSnapshot();
	ledger.keepSnapshot();
	journal.close();
	assert.deepEqual(kept, [eventsIn(file)]);
	assert.equal(start(file).folded, 0);
});

test("a snapshot that cannot be written is told, and the events are recorded all the same", () => {
	const file = join(folder, "full.sqlite");
	class Full extends Journal {
		override keepSnapshot(): void {
			throw new Error("database or disk is full");
		}
	}
	const problems: string[] = [];
	const journal = new Full(file);
	const ledger = new Ledger(journal, { snapshotEvery: 10, onProblem: (detail) => problems.push(detail) });
	for (const event of machineEvents(12, NOW)) ledger.record([event]);
	journal.close();
	assert.deepEqual(
		problems,
		[10, 20].map((seq) => `the snapshot of event ${seq} was not kept: Error: database or disk is full`),
	);
	assertSame(wholeFold(file), ledger.fleet);
});

test("a ledger that was never recovered, or has company, keeps no snapshot: its fleet is not the journal's", () => {
	const file = join(folder, "astray.sqlite");
	live({ file });
	const journal = new Journal(file);
	const ledger = new Ledger(journal, { snapshotEvery: 1 });
	ledger.record(machineEvents(50, NOW));
	ledger.keepSnapshot();
	assert.equal(journal.latestSnapshot(), null);
	journal.close();
});
