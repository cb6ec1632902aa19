import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { PieceBuffers } from "../../../src/swarm/peer/piece-buffers.ts";
import { PeerWire } from "../../../src/swarm/peer/wire.ts";

const PIECE_BYTES = 1 << 20;

/** A wire whose other end has shaken hands, and what it heard since. */
function greetedWire() {
	const wire = new PeerWire(new Socket(), "tcpIncoming", new PieceBuffers(PIECE_BYTES, 1));
	const heard: string[] = [];
	for (const event of ["choke", "unchoke", "interested", "have", "request", "piece", "cancel", "bitfield", "have-all"])
		wire.on(event, (...words: unknown[]) => heard.push(`${event} ${words.map(wordOf).join(" ")}`));
	const handshake = Buffer.concat([Buffer.from("\x13BitTorrent protocol"), Buffer.from("0000000000100004", "hex")]);
	wire.receive(Buffer.concat([handshake, Buffer.alloc(20, 1), Buffer.alloc(20, 2)]));
	return { wire, heard };
}

function wordOf(word: unknown): string {
	return word instanceof Uint8Array ? Buffer.from(word).toString("hex") : typeof word === "number" ? String(word) : "";
}

function framed(id: number, payload: Uint8Array): Buffer {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(payload.length + 1);
	head[4] = id;
	return Buffer.concat([head, payload]);
}

const message = fc
	.tuple(fc.constantFrom(0, 1, 2, 3, 4, 6, 7, 8), fc.uint8Array({ minLength: 12, maxLength: 60 }))
	.map(([id, payload]) => framed(id, payload));

test("messages are heard alike however they are cut on their way", () => {
	fc.assert(
		fc.property(fc.array(message, { maxLength: 12 }), fc.array(fc.nat(80)), (messages, cuts) => {
			const bytes = Buffer.concat(messages);
			const whole = greetedWire();
			whole.wire.receive(bytes);
			const cut = greetedWire();
			let at = 0;
			for (const length of [...cuts, bytes.length]) {
				cut.wire.receive(bytes.subarray(at, at + length));
				at += length;
			}
			assert.deepEqual(cut.heard, whole.heard);
		}),
		{ numRuns: 500 },
	);
});

/** Cut in the middle, so that it is put together here. */
function receiveInParts(wire: PeerWire, bytes: Buffer): void {
	wire.receive(bytes.subarray(0, 1_000));
	wire.receive(bytes.subarray(1_000));
}

test("blocks that arrive in parts are put together in one place, and what else arrives so keeps its bytes", () => {
	const { wire } = greetedWire();
	const blocks: [length: number, first: number | undefined, last: number | undefined][] = [];
	const places = new Set<ArrayBufferLike>();
	wire.on("piece", (_piece: number, _offset: number, block: Uint8Array) => {
		blocks.push([block.length, block[0], block.at(-1)]);
		places.add(block.buffer);
	});
	const receiveBlock = (length: number, fill: number) =>
		receiveInParts(wire, framed(7, Buffer.concat([Buffer.alloc(8), Buffer.alloc(length, fill)])));
	receiveBlock(16_384, 1);
	receiveInParts(wire, framed(5, Buffer.alloc(2_000, 0xff)));
	receiveBlock(16_384, 2);
	receiveBlock(8_192, 3);
	assert.deepEqual(blocks, [
		[16_384, 1, 1],
		[16_384, 2, 2],
		[8_192, 3, 3],
	]);
	assert.equal(places.size, 1);
	assert.ok(Array.from({ length: 16_000 }, (_, piece) => wire.peerPieces.get(piece)).every(Boolean));
});

test("the bytes that something arrived in may be others afterwards", () => {
	const { wire } = greetedWire();
	const bytes = framed(5, Buffer.alloc(2_000, 0xff));
	wire.receive(bytes);
	bytes.fill(0);
	assert.ok(Array.from({ length: 16_000 }, (_, piece) => wire.peerPieces.get(piece)).every(Boolean));
});

test("what lies in a piece's buffer is sent whole before the buffer is used again", async () => {
	const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
	await once(server, "listening");
	const sender = connect((server.address() as AddressInfo).port, "127.0.0.1");
	const [receiver] = (await once(server, "connection")) as [Socket];
	const buffers = new PieceBuffers(PIECE_BYTES, 100);
	const wire = new PeerWire(sender, "tcpOutgoing", buffers);
	// More than the kernel takes while nobody reads, in long parts and short ones.
	for (let piece = 0; piece < 32; piece++) {
		const bytes = buffers.take(PIECE_BYTES).fill(piece);
		wire._push(bytes.subarray(500));
		wire._push(bytes.subarray(0, 500));
		buffers.release(bytes);
		if (piece % 4 === 0) await new Promise(setImmediate);
	}
	setImmediate(() => sender.end());
	const received = Buffer.concat((await receiver.toArray()) as Buffer[]);
	server.close();
	assert.equal(received.length, 32 * PIECE_BYTES);
	for (let piece = 0; piece < 32; piece++) {
		const sent = received.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
		assert.ok(
			sent.every((byte) => byte === piece),
			`piece ${piece}`,
		);
	}
	assert.ok((buffers.take(PIECE_BYTES)[0] ?? 0) > 0, "they come back");
});

test("no bytes whatever make it throw, and it never keeps more than one message of the longest kind", () => {
	const before = process.memoryUsage().arrayBuffers;
	let count = 0;
	fc.assert(
		fc.property(fc.array(fc.oneof(message, fc.uint8Array({ maxLength: 200 })), { maxLength: 20 }), (pieces) => {
			const { wire } = greetedWire();
			for (const piece of pieces) wire.receive(piece);
			count += pieces.length;
		}),
		{ numRuns: 5_000 },
	);
	assert.ok(count > 10_000);
	const kept = process.memoryUsage().arrayBuffers - before;
	assert.ok(kept < 512 * 2 ** 20, `${kept} bytes are kept`);
});

test("a message that declares more than 256 KiB ends the connection before anything is set aside for it", () => {
	for (const length of ["00040001", "7fffffff", "80000000", "ffffffff"]) {
		const { wire, heard } = greetedWire();
		const before = process.memoryUsage().arrayBuffers;
		wire.receive(Buffer.concat([Buffer.from(length, "hex"), Buffer.alloc(1000, 4)]));
		wire.receive(Buffer.alloc(64 * 1024, 4));
		// The library tells of its own end as of a choke.
		assert.deepEqual(new Set(heard), new Set(["choke "]));
		assert.ok(heard.length <= 1);
		assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
	}
});
