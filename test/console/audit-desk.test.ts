import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AuditDesk } from "../../src/console/audit/audit-desk.ts";
import type { Event } from "../../src/model/event.ts";
import { Journal } from "../../src/record/journal.ts";

let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-desk-"));
});
after(() => rm(folder, { recursive: true }));

const paused = (at: number): Event => ({ kind: "Paused", policy: null, by: "eve", reason: "audit", at });

async function opened(file: string, lines: number) {
	const journal = new Journal(join(folder, file));
	for (let at = 1; at <= lines; at += 1) journal.append([paused(at)]);
	await journal.onDisk();
	return { journal, desk: new AuditDesk(journal) };
}

test("a line is shown to nobody until it is on the disk", async () => {
	const { journal, desk } = await opened("shown.sqlite", 2);
	journal.append([paused(3)]);
	const seqs = () => [desk.lines({ limit: 10 }), desk.lines({ after: 0, limit: 10 })].map((each) => each.at(-1)?.seq);
	assert.deepEqual([...seqs(), desk.lastSeq(), desk.frames(2)], [2, 2, 2, null]);
	assert.equal((await desk.verify()).head.seq, 3, "who asks for the head waits for the disk");
	assert.deepEqual([...seqs(), desk.lastSeq(), desk.frames(2)?.seq], [3, 3, 3, 3]);
	journal.close();
});

test("a page is made once for all who ask for it, and anew when something was written", async () => {
	const { journal, desk } = await opened("pages.sqlite", 3);
	const page = desk.page({ limit: 2 });
	assert.equal(desk.page({ limit: 2 }), page);
	assert.equal(desk.page({ limit: 1 }).lines.length, 1);
	journal.append([paused(4)]);
	await journal.onDisk();
	desk.wrote();
	assert.deepEqual(
		desk.page({ limit: 2 }).lines.map(({ seq }) => seq),
		[3, 4],
	);
	for (let before = 1; before <= 100; before += 1) desk.page({ before, limit: 1 });
	assert.equal(desk.page({ before: 100, limit: 1 }), desk.page({ before: 100, limit: 1 }));
	journal.close();
});

test("all who follow from the same line are sent the same bytes, and are told once of a burst", async () => {
	const { journal, desk } = await opened("frames.sqlite", 2);
	const told: number[] = [];
	const both = Promise.withResolvers<void>();
	const listeners = Array.from({ length: 60 }, (_, index) =>
		desk.listen(() => {
			told.push(index);
			if (told.length === 60) both.resolve();
		}),
	);
	for (let at = 3; at <= 5; at += 1) {
		journal.append([paused(at)]);
		await journal.onDisk();
		desk.wrote();
	}
	const frames = desk.frames(2);
	assert.equal(desk.frames(2), frames);
	assert.match(String(frames?.bytes), /^id: 3\nevent: line\ndata: .*\n\nid: 4\n/);
	await both.promise;
	assert.deepEqual(
		told,
		listeners.map((_, index) => index),
	);
	for (const unlisten of listeners) unlisten();
	journal.close();
});

test("what is sent to followers is made anew when something was written, and again for the next burst", {
	timeout: 60_000,
}, async () => {
	const { journal, desk } = await opened("anew.sqlite", 3);
	let times = 0;
	let wake: () => void = () => undefined;
	const unlisten = desk.listen(() => {
		times += 1;
		wake();
	});
	for (let at = 4; at <= 5; at += 1) {
		desk.frames(2);
		const told = new Promise<void>((resolve) => {
			wake = resolve;
		});
		journal.append([paused(at)]);
		await journal.onDisk();
		desk.wrote();
		assert.equal(desk.frames(2)?.seq, at);
		await told;
	}
	assert.equal(times, 2);
	unlisten();
	journal.close();
});

test("who has gone while others are told is told nothing more", async () => {
	const { journal, desk } = await opened("gone.sqlite", 1);
	const told: string[] = [];
	const isTold = new Promise<void>((resolve) => {
		desk.listen(() => {
			told.push("first");
			leave();
		});
		const leave = desk.listen(() => told.push("second"));
		desk.listen(() => resolve());
	});
	desk.wrote();
	await isTold;
	assert.deepEqual(told, ["first"]);
	journal.close();
});

/** The most that is done of a look between two turns of the loop, while `act` goes on. */
async function mostInATurn(parts: () => number, act: () => Promise<unknown>): Promise<number> {
	let [most, before, isDone] = [0, parts(), false];
	const acting = act().finally(() => {
		isDone = true;
	});
	while (!isDone) {
		await new Promise(setImmediate);
		most = Math.max(most, parts() - before);
		before = parts();
	}
	await acting;
	return most;
}

test("however many look at the whole journal at once, others get a turn after each part that is read", async () => {
	const { journal } = await opened("turns.sqlite", 3);
	let parts = 0;
	const counted = {
		seqOnDisk: 3,
		onDisk: async () => undefined,
		*verify() {
			const [soFar] = journal.verify(null);
			for (let page = 0; page < 10; page += 1) {
				parts += 1;
				yield soFar;
			}
		},
		lines: (query: { readonly after: number }) => {
			parts += 1;
			return journal.lines({ ...query, limit: 1 });
		},
	} as unknown as Journal;
	const desk = new AuditDesk(counted);
	const known = () => desk.verify({ seq: 1, hash: "0".repeat(64) });
	const exporting = async () => {
		for await (const _ of desk.all());
	};
	const looks = Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? known : exporting));
	const most = await mostInATurn(
		() => parts,
		() => Promise.all(looks.map((look) => look())),
	);
	assert.ok(parts > 150, `${parts} parts`);
	assert.ok(most <= 2, `${most} parts in one turn`);
	parts = 0;
	await Promise.all(Array.from({ length: 200 }, () => desk.verify()));
	assert.equal(parts, 10, "who asks the same at the same time shares one look");
	journal.close();
});
