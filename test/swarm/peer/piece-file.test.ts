import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PieceFile } from "../../../src/swarm/peer/piece-file.ts";

/** So long that the cache has two slots. */
const PIECE_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 128 * 1024;

/** A package of four pieces, each wholly of bytes that are its number. */
async function openFile(t: TestContext): Promise<PieceFile> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-pieces-"));
	const path = join(folder, "package");
	await writeFile(path, Buffer.concat([0, 1, 2, 3].map((piece) => Buffer.alloc(PIECE_BYTES, piece))));
	const sizes = { sizeBytes: 4 * PIECE_BYTES, pieceBytes: PIECE_BYTES, pieceCount: 4 };
	const file = new PieceFile(path, { ...sizes, hashes: new Uint8Array(80), sha256: "", infoHash: "", announce: "" });
	t.after(async () => {
		await file.close();
		await rm(folder, { recursive: true });
	});
	await file.open();
	return file;
}

/** A neighbour asks for the piece's first block and has it. */
async function serve(file: PieceFile, piece: number): Promise<void> {
	file.buffers.release(await file.read(piece, 0, BLOCK_BYTES));
}

function isOf(piece: number, bytes: Uint8Array): boolean {
	return bytes.every((byte) => byte === piece);
}

test("what the cache lends out stays as it is while it is sent, whatever other pieces are read meanwhile", async (t) => {
	const file = await openFile(t);
	await serve(file, 0);
	const lent = await file.read(0, 0, BLOCK_BYTES);
	for (const piece of [1, 2, 3]) await serve(file, piece);
	assert.ok(isOf(0, lent), `bytes of piece ${lent[0]} are sent as those of piece 0`);
	file.buffers.release(lent);
	assert.equal(file.buffers.take(PIECE_BYTES).buffer, lent.buffer, "it is used again afterwards");
});

test("what is cached stays as it is, however often it was lent and has come back", async (t) => {
	const file = await openFile(t);
	for (let time = 0; time < 3; time++) await serve(file, 0);
	file.buffers.take(PIECE_BYTES).fill(255);
	assert.ok(isOf(0, await file.read(0, 0, BLOCK_BYTES)));
});
