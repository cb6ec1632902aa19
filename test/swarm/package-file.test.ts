import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { packageFile } from "../../src/swarm/package-file.ts";

const KIB = 1024;
const BLOCK_BYTES = 16 * KIB;

async function opened(t: TestContext, { sizeBytes, pieceBytes }: { sizeBytes: number; pieceBytes: number }) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-file-"));
	const path = join(folder, "package");
	const content = randomBytes(sizeBytes);
	await writeFile(path, content);
	const store = new (packageFile(path, sizeBytes))(pieceBytes);
	t.after(async () => {
		await promisify(store.close.bind(store))();
		await rm(folder, { recursive: true });
	});
	const read = (piece: number, range: { offset?: number; length?: number } | null = null) =>
		new Promise<Uint8Array>((resolve, reject) =>
			store.get(piece, range, (error, bytes) => (bytes ? resolve(bytes) : reject(error))),
		);
	return { path, content, read };
}

test("each block is what stands in the package there, in whatever order and however often it is asked for", async (t) => {
	const pieceBytes = 96 * KIB;
	const { content, read } = await opened(t, { sizeBytes: 7_000_001, pieceBytes });
	const starts = Array.from({ length: Math.ceil(content.length / BLOCK_BYTES) }, (_, block) => block * BLOCK_BYTES);
	const asked = [...starts, ...starts.toReversed(), ...starts.filter((_, index) => index % 37 === 0)];
	await Promise.all(
		asked.map(async (start) => {
			const piece = Math.floor(start / pieceBytes);
			const length = Math.min(BLOCK_BYTES, content.length - start);
			const bytes = await read(piece, { offset: start - piece * pieceBytes, length });
			assert.ok(content.subarray(start, start + length).equals(bytes), `from ${start}`);
		}),
	);
});

test("a piece that is asked for whole is whole, also where it is longer than what is read at once, and the last is shorter", async (t) => {
	const pieceBytes = 1_000_000;
	const { content, read } = await opened(t, { sizeBytes: 2_500_000, pieceBytes });
	assert.ok(content.subarray(pieceBytes, 2 * pieceBytes).equals(await read(1)));
	assert.ok(content.subarray(2 * pieceBytes).equals(await read(2)));
});

test("what is beyond the end, or is there no longer, is refused, and asked of the disk again", async (t) => {
	const { path, content, read } = await opened(t, { sizeBytes: 600 * KIB, pieceBytes: 64 * KIB });
	await assert.rejects(read(10), /beyond the end/);
	await truncate(path, 550 * KIB);
	await assert.rejects(read(8), /became shorter/);
	await writeFile(path, content);
	assert.ok(content.subarray(512 * KIB, 576 * KIB).equals(await read(8)));
});
