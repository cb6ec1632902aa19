import assert from "node:assert/strict";
import { EventEmitter, getEventListeners } from "node:events";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SFTPWrapper } from "ssh2";
import { Drive } from "../../../src/push/windows/drive.ts";

const PART_BYTES = 32_768;

/** An SFTP server of one file. */
class OneFile extends EventEmitter {
	readonly parts = new Map<number, Buffer>();
	/** Answers to parts that wait for `take`; null: each is taken at once. */
	waiting: (() => void)[] | null = null;
	most = 0;
	#now = 0;
	refuses = Number.POSITIVE_INFINITY;

	/** In ssh2's words: the channel has closed under it. */
	isGone = false;

	open(_path: string, _flags: string, done: (error: Error | null, handle?: Buffer) => void): void {
		if (this.isGone) setImmediate(done, new Error("No response from server"));
		else setImmediate(done, null, Buffer.from("handle"));
	}

	write(...[, part, , , position, done]: [Buffer, Buffer, number, number, number, (error: Error | null) => void]) {
		this.#now += 1;
		this.most = Math.max(this.most, this.#now);
		const answer = () => {
			this.#now -= 1;
			if (position >= this.refuses) return done(Object.assign(new Error("no space"), { code: 4 }));
			this.parts.set(position, Buffer.from(part.subarray(0, 8)));
			done(null);
		};
		if (this.waiting) this.waiting.push(answer);
		else setImmediate(answer);
	}

	close(_handle: Buffer, done: () => void): void {
		setImmediate(done);
	}
}

function driveOn(file: OneFile): Drive {
	return new Drive(file as unknown as SFTPWrapper, "till-07");
}

function* chunks(count: number): Generator<Buffer> {
	for (let at = 0; at < count; at += 1) yield Buffer.allocUnsafeSlow(2 * PART_BYTES).fill(at & 255);
}

test("a package is written part by part, from its offset on, 48 at a time", async () => {
	const file = new OneFile();
	const taken: number[] = [];
	const signal = new AbortController().signal;
	const writing = { signal, offsetBytes: 5, onTaken: (bytes: number) => taken.push(bytes) };
	const content = Readable.from([...chunks(100), Buffer.from("end")]);
	assert.deepEqual(await driveOn(file).write("staged", content, writing), { bytes: 200 * PART_BYTES + 3 });
	assert.deepEqual([...file.parts.keys()].at(-1), 5 + 200 * PART_BYTES);
	assert.equal(file.parts.get(5 + 7 * PART_BYTES)?.[0], 3);
	assert.equal(
		taken.reduce((sum, bytes) => sum + bytes),
		200 * PART_BYTES + 3,
	);
	assert.equal(file.most, 48);
});

test("nothing of a package stays in memory when the machine has taken it, however long the connection lasts", async () => {
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const file = new OneFile();
	const drive = driveOn(file);
	const signal = new AbortController().signal;
	collect();
	const before = process.memoryUsage().arrayBuffers;
	await drive.write("staged", Readable.from(chunks(2048)), { signal });
	collect();
	const kept = process.memoryUsage().arrayBuffers - before;
	assert.ok(kept < 32 * 2 ** 20, `${kept} bytes of 128 MiB`);
	assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a part that is refused, a connection that is lost and a step that is stopped end it, each by its code", async () => {
	const full = Object.assign(new OneFile(), { refuses: 10 * PART_BYTES });
	const signal = new AbortController().signal;
	const refused = await driveOn(full).write("staged", Readable.from(chunks(500)), { signal });
	assert.deepEqual(refused, failure("FS-DELIVER-FAILED", "no space"));
	const silent = () => Object.assign(new OneFile(), { waiting: [] });
	const cut = silent();
	const lost = driveOn(cut).write("staged", Readable.from(chunks(500)), { signal });
	setTimeout(() => cut.emit("close"), 20);
	assert.deepEqual(await lost, failure("FS-SSH-LOST", "the connection was lost"));
	assert.equal(cut.waiting?.length, 48);
	const gone = Object.assign(new OneFile(), { isGone: true });
	const unopened = await driveOn(gone).write("staged", Readable.from(chunks(1)), { signal });
	assert.deepEqual(unopened, failure("FS-SSH-LOST", "No response from server"));
	const missing = createReadStream("/nowhere/at/all");
	const unread = await driveOn(new OneFile()).write("staged", missing, { signal });
	assert.equal("failure" in unread && unread.failure.code, "FS-DELIVER-FAILED");
	const stopping = new AbortController();
	const stopped = driveOn(silent()).write("staged", Readable.from(chunks(500)), { signal: stopping.signal });
	setTimeout(() => stopping.abort(), 20);
	assert.deepEqual(await stopped, failure("FS-SSH-LOST", "stopped"));
});

function failure(code: string, why: string) {
	return { kind: "failed", failure: { code, detail: `till-07: staged: ${why}` } };
}
