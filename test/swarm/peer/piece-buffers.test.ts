import assert from "node:assert/strict";
import { test } from "node:test";
import { PieceBuffers } from "../../../src/swarm/peer/piece-buffers.ts";

test("a buffer is used again once its last holder has released it, and not before", () => {
	const buffers = new PieceBuffers(64, 4);
	const first = buffers.take(64);
	buffers.hold(first.subarray(10, 20));
	buffers.release(first);
	assert.notEqual(buffers.take(64).buffer, first.buffer);
	buffers.release(first.subarray(10, 20));
	const again = buffers.take(40);
	assert.equal(again.buffer, first.buffer);
	assert.equal(again.length, 40);
});

test("what is not from there, or was released already, is never handed out", () => {
	const buffers = new PieceBuffers(64, 4);
	const foreign = Buffer.alloc(64);
	buffers.hold(foreign);
	buffers.release(foreign);
	const own = buffers.take(64);
	buffers.release(own);
	buffers.release(own);
	const handedOut = [buffers.take(64).buffer, buffers.take(64).buffer];
	assert.ok(!handedOut.includes(foreign.buffer));
	assert.equal(new Set(handedOut).size, 2);
});

test("no more are kept than there is room for", () => {
	const buffers = new PieceBuffers(64, 2);
	const taken = Array.from({ length: 5 }, () => buffers.take(64));
	for (const bytes of taken) buffers.release(bytes);
	const known = new Set(taken.map(({ buffer }) => buffer));
	const later = Array.from({ length: 5 }, () => buffers.take(64));
	assert.equal(later.filter(({ buffer }) => known.has(buffer)).length, 2);
});
