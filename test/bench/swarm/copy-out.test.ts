import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { watchCopy } from "./copy-out.ts";
import { makePayload } from "./payload.ts";

const PIECE = 64 * 1024;

test("a copy is out when each piece is whole on the disk of some machine, and not before", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-copy-"));
	t.after(() => rm(folder, { recursive: true }));
	const payload = await makePayload(join(folder, "payload"), 3 * PIECE + 40_960);
	const content = await readFile(payload.file);
	const copy = await watchCopy(payload, { pieceBytes: PIECE });
	const folders = ["a", "b"].map((name) => join(folder, name));
	const write = async (index: number, ranges: readonly (readonly [number, number])[]) => {
		const held = Buffer.alloc(content.length);
		for (const [start, end] of ranges) content.copy(held, start, start, end);
		await mkdir(folders[index] ?? "", { recursive: true });
		await writeFile(join(folders[index] ?? "", "file"), held);
	};
	await write(0, []);
	await write(1, []);
	assert.equal(copy.look(folders), 0);
	await write(0, [[0, 1.5 * PIECE]]);
	await write(1, [[1.5 * PIECE, 2 * PIECE]]);
	assert.equal(copy.look(folders), 0.25, "half of a piece here and half of it there is no piece");
	await write(1, [[PIECE, content.length]]);
	assert.equal(copy.look(folders), 1);
});
