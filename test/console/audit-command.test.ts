import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { Journal } from "../../src/record/journal.ts";
import { run } from "./command-line.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-audit-"));
});
after(() => rm(folder, { recursive: true }));

function journalOf(name: string): string {
	const file = join(folder, name);
	const journal = new Journal(file);
	const lines = [1, 2, 3].map(
		(at) => ({ kind: "MachineExcluded", machine: "mill", by: "eve", reason: "r", at }) as const,
	);
	journal.append(lines);
	journal.close();
	return file;
}

const verify = (file: string) => run(["audit", "verify", "--journal", file]);

test("a journal's file is looked at without the daemon", async () => {
	const { out, err, code } = await verify(journalOf("whole.sqlite"));
	assert.deepEqual([code, err], [0, ""]);
	assert.match(out, /^3 lines, the last is 3:[0-9a-f]{64}\nevery line is what was written\n$/);
});

test("a line that was changed is named", async () => {
	const file = journalOf("changed.sqlite");
	const db = new DatabaseSync(file);
	db.exec("UPDATE events SET machine = 'mall' WHERE seq = 2");
	db.close();
	const { out, err, code } = await verify(file);
	assert.equal(code, 1);
	assert.match(out, /^line 2: /);
	assert.doesNotMatch(out, /line [13]:/);
	assert.match(err, /1 break \(FS-AUDIT-BROKEN\)/);
});

test("a file that is not there is wrong usage, and one that is no journal is broken", async () => {
	const missing = await verify(join(folder, "nobody.sqlite"));
	assert.equal(missing.code, 2);
	assert.match(missing.err, /nobody\.sqlite: ENOENT/);
	assert.match(missing.err, /Name a journal's file that can be read\./);
	assert.doesNotMatch(missing.err, /\n\s+at /);
	const folderGiven = await verify(folder);
	assert.equal(folderGiven.code, 2);
	const text = join(folder, "text");
	await writeFile(text, "no database");
	const other = await verify(text);
	assert.equal(other.code, 1);
	assert.match(other.out, /file is not a database/);
});
