import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import type { Neighbour } from "../../../src/swarm/peer/neighbour.ts";
import { PieceBuffers } from "../../../src/swarm/peer/piece-buffers.ts";
import type { PieceFile } from "../../../src/swarm/peer/piece-file.ts";
import { Uploads } from "../../../src/swarm/peer/uploads.ts";
import { KnownBuffers } from "./known-buffers.ts";

const BLOCK_BYTES = 128 * 1024;

/** A neighbour of ours that asks for one block after the other, and says `have` once it has all of a piece. */
class Receiver {
	readonly wire = Object.assign(new EventEmitter(), { waitingBytes: 0 });
	readonly isOurs = true;
	sentBytes = 0;
	/** Of the piece: wholly received. */
	held = 0;
	readonly #blocks: number;

	constructor(blocks: number) {
		this.#blocks = blocks;
	}

	onDrain(): void {
		// It is never full.
	}

	close(): void {
		assert.fail("an honest neighbour is not left");
	}

	ask(piece: number, block: number): void {
		const respond = () => setImmediate(() => this.#receive(piece, block));
		this.wire.emit("request", piece, block * BLOCK_BYTES, BLOCK_BYTES, respond);
	}

	#receive(piece: number, block: number): void {
		if (block + 1 < this.#blocks) {
			this.ask(piece, block + 1);
			return;
		}
		this.held++;
		this.wire.emit("have", piece);
	}
}

function uploadsOf(blocks: number, from: Partial<PieceFile> = {}): Uploads {
	const pieceBytes = blocks * BLOCK_BYTES;
	const file = {
		lengthOf: () => pieceBytes,
		buffers: new PieceBuffers(pieceBytes, 4),
		read: (_piece: number, _offset: number, length: number) => new Uint8Array(length),
		...from,
	} as unknown as PieceFile;
	return new Uploads({ file, pieceBytes, isHeld: () => true, now: () => 0 });
}

test("pieces of several blocks go out whole, however many neighbours ask at once", async () => {
	const uploads = uploadsOf(4);
	const receivers = Array.from({ length: 24 }, () => new Receiver(4));
	for (const receiver of receivers) uploads.welcome(receiver as unknown as Neighbour);
	for (const [piece, receiver] of receivers.entries()) receiver.ask(piece, 0);
	// No time passes: nothing that was begun is forgotten.
	for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate);
	uploads.stop();
	assert.deepEqual(
		receivers.map(({ held }) => held),
		receivers.map(() => 1),
	);
});

test("whoever asks for the same again and again is not served before others for longer than a piece", () => {
	const uploads = uploadsOf(4);
	const greedy = new Receiver(4);
	uploads.welcome(greedy as unknown as Neighbour);
	let served = 0;
	for (let time = 0; time < 100; time++) greedy.wire.emit("request", 0, 0, BLOCK_BYTES, () => served++);
	uploads.stop();
	const afloat = served * BLOCK_BYTES;
	assert.ok(afloat >= 2 * 4 * BLOCK_BYTES, "a piece is told of as a whole, so that more than one has room");
	assert.ok(afloat <= 5 * 4 * BLOCK_BYTES, "it does not say that anything has arrived");
});

for (const [where, isInMemory] of [
	["in memory", true],
	["on the disk", false],
] as const) {
	test(`a block that was ${where} is given back once it has been passed on`, async () => {
		const buffers = new KnownBuffers(BLOCK_BYTES, 4);
		const taken = () => buffers.take(BLOCK_BYTES);
		const uploads = uploadsOf(16, { buffers, read: isInMemory ? taken : async () => taken() });
		const receiver = new Receiver(16);
		uploads.welcome(receiver as unknown as Neighbour);
		receiver.ask(0, 0);
		for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
		uploads.stop();
		assert.equal(receiver.held, 1);
		assert.ok(buffers.handedOut.size <= 2, `${buffers.handedOut.size} buffers were handed out`);
	});
}
