import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Flushing } from "../../src/record/flushing.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-flushing-"));
});
after(() => rm(folder, { recursive: true }));

test("what is written in one turn is one flush, and what is written during it waits for the next", async () => {
	const file = join(folder, "log");
	await writeFile(file, "");
	const flushing = new Flushing(file);
	const first = flushing.request();
	assert.equal(flushing.request(), first);
	assert.equal(flushing.done(), first);
	await new Promise(setImmediate);
	await new Promise(setImmediate);
	const second = flushing.request();
	assert.notEqual(second, first, "the first has begun, and does not promise what came after");
	const order: string[] = [];
	void first.then(() => order.push("first"));
	void second.then(() => order.push("second"));
	await flushing.done();
	assert.deepEqual(order, ["first", "second"]);
	flushing.stop();
	flushing.stop();
});

test("what the disk refuses is promised to nobody", async () => {
	const file = join(folder, "pipe");
	assert.equal(spawnSync("mkfifo", [file]).status, 0);
	const flushing = new Flushing(file);
	// What cannot be flushed at all: fdatasync(2).
	await assert.rejects(flushing.request(), /EINVAL/);
	flushing.stop();
});

test("after a flush that failed nothing is promised any more, though the disk takes it again", async () => {
	const file = join(folder, "absent");
	const flushing = new Flushing(file);
	await assert.rejects(flushing.request(), /ENOENT/);
	await writeFile(file, "");
	await assert.rejects(flushing.done(), /ENOENT/);
	await assert.rejects(flushing.request(), /ENOENT/);
});
