import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { Worker } from "node:worker_threads";
import type { Event } from "../../src/model/event.ts";
import { Checkpoints } from "../../src/record/checkpoints.ts";
import { Journal } from "../../src/record/journal.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-journal-"));
});
after(() => rm(folder, { recursive: true }));

const paused = (at: number): Event => ({ kind: "Paused", policy: null, by: "eve", reason: "audit", at });

test("what was appended is read back in order by the next one who opens the file", () => {
	const file = join(folder, "order", "journal.sqlite");
	const first = new Journal(file);
	first.append([paused(1), paused(2)]);
	first.append([paused(3)]);
	first.close();
	const second = new Journal(file);
	assert.deepEqual(
		[...second.replay()].map(({ event }) => event),
		[paused(1), paused(2), paused(3)],
	);
	second.close();
});

test("events appended before a SIGKILL are there after it, and a batch is there whole or not at all", async () => {
	const file = join(folder, "killed.sqlite");
	const script = `
		import { Journal } from ${JSON.stringify(new URL("../../src/record/journal.ts", import.meta.url).href)};
		const journal = new Journal(${JSON.stringify(file)});
		for (let at = 0; ; at += 2) {
			journal.append([{ kind: "Resumed", by: "a", at }, { kind: "Resumed", by: "b", at: at + 1 }]);
			process.stdout.write(at + "\\n");
		}`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	let printed = "";
	child.stdout.on("data", (chunk) => {
		printed += chunk;
		if (printed.split("\n").length > 20) child.kill("SIGKILL");
	});
	await once(child, "exit");
	const journal = new Journal(file);
	const events = [...journal.replay()];
	journal.close();
	const told = printed.split("\n").slice(0, -1).length;
	assert.ok(events.length >= told * 2, `${told} batches were told, ${events.length} events are there`);
	assert.equal(events.length % 2, 0);
	assert.deepEqual(
		events.map(({ event }) => event.at),
		events.map((_, index) => index),
	);
});

test("a line is said to be on the disk once it is flushed, and with it all before it", async () => {
	const journal = new Journal(join(folder, "flushed.sqlite"));
	assert.equal(journal.append([paused(1), paused(2)]), 2);
	assert.equal(journal.append([paused(3)]), 3);
	assert.equal(journal.seqOnDisk, 0);
	await journal.onDisk();
	assert.equal(journal.seqOnDisk, 3);
	journal.close();
});

test("a journal whose log the disk does not take ends the process, and promises nothing", async () => {
	const file = join(folder, "refused.sqlite");
	// SQLite has its log open; who opens it by its name to flush it finds none.
	const script = `
		import { rmSync } from "node:fs";
		import { Journal } from ${JSON.stringify(new URL("../../src/record/journal.ts", import.meta.url).href)};
		const journal = new Journal(${JSON.stringify(file)});
		journal.append([{ kind: "Resumed", by: "a", at: 1 }]);
		rmSync(${JSON.stringify(`${file}-wal`)});
		journal.onDisk().then(() => console.log("promised"), () => undefined);
		setInterval(() => undefined, 1000);`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "ignore"] });
	let printed = "";
	child.stdout.on("data", (chunk) => {
		printed += chunk;
	});
	const [code] = await once(child, "exit");
	assert.deepEqual([code, printed], [1, ""]);
});

test("what the log gathers goes into the file in a thread of its own, which an orderly end awaits", async () => {
	const file = join(folder, "checkpoints.sqlite");
	const journal = new Journal(file);
	const { size } = await stat(file);
	for (let at = 0; at < 600; at += 1) journal.append([paused(at)]);
	const deadline = performance.now() + 60_000;
	while ((await stat(file)).size <= size && performance.now() < deadline) await new Promise(setImmediate);
	assert.ok((await stat(file)).size > size, "the file has grown beside the log");
	journal.append([paused(600)]);
	await journal.settle();
	journal.close();
	assert.equal(existsSync(`${file}-wal`), false, "nobody else has it open any more");
	const again = new Journal(file);
	assert.equal(again.lastSeq(), 601);
	again.close();
});

test("a checkpoint that fails takes nothing with it, and is tried again", { timeout: 60_000 }, async () => {
	const checkpoints = new Checkpoints(join(folder, "absent", "journal.sqlite"));
	for (let time = 0; time < 2; time += 1) {
		const begun = once(process, "worker");
		for (let write = 0; write < 250; write += 1) checkpoints.wrote();
		const [thread] = (await begun) as [Worker];
		await new Promise((resolve) => thread.on("exit", resolve));
	}
	await checkpoints.stop();
});

test("a journal of a newer release is refused instead of misread", () => {
	const file = join(folder, "newer.sqlite");
	const db = new DatabaseSync(file);
	db.exec("PRAGMA user_version = 99");
	db.close();
	assert.throws(() => new Journal(file), /written by a newer fleetseed \(schema 99/);
});

test("outputs are kept for each machine, the newest twenty", () => {
	const journal = new Journal(join(folder, "outputs.sqlite"));
	const ref = { rollout: "r", package: "app", attempt: 1, kind: "install", head: "h", tail: "t", totalBytes: 2 };
	for (let at = 0; at < 30; at += 1) journal.keepOutput({ ...ref, machine: "a", at });
	journal.keepOutput({ ...ref, machine: "b", at: 0 });
	assert.deepEqual(
		journal.outputs({ machine: "a", limit: 100 }).map(({ at }) => at),
		Array.from({ length: 20 }, (_, index) => index + 10),
	);
	assert.deepEqual(journal.outputs({ machine: "b", limit: 100 }), [{ ...ref, seq: 31, machine: "b", at: 0 }]);
	const of = (query: { after?: number; machine?: string }) =>
		journal.outputs({ ...query, limit: 2 }).map(({ seq }) => seq);
	assert.deepEqual([of({}), of({ after: 20 }), of({ after: 30, machine: "a" })], [[30, 31], [21, 22], []]);
	journal.close();
});

test("the uplink adds up over many lives", () => {
	const file = join(folder, "uplink.sqlite");
	for (const bytes of [5, 7]) {
		const journal = new Journal(file);
		journal.addUplink("aa", bytes);
		journal.close();
	}
	const journal = new Journal(file);
	assert.deepEqual([...journal.uplink()], [["aa", 12]]);
	journal.close();
});
