import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { test } from "node:test";
import { type Bench, openBench, until } from "./workbench.ts";

const PIECE_BYTES = 64 * 1024;
/** Many more than the source keeps of the package in memory. */
const PIECES = 512;
const UNCHOKE = Buffer.from("0000000101", "hex");
const INTERESTED = Buffer.from("0000000102", "hex");

/** Connected to the source as a machine of ours, and free to ask. */
async function meetSource({ swarm, shared }: Bench, number = 0) {
	const socket = connect({ host: "127.0.0.1", port: swarm.ports.peer, localAddress: "127.0.0.2" });
	let head = Buffer.alloc(0);
	let bytes = 0;
	let isClosed = false;
	socket.on("data", (chunk: Buffer) => {
		bytes += chunk.length;
		if (head.length < 4096) head = Buffer.concat([head, chunk]);
	});
	socket.on("error", () => undefined);
	socket.on("close", () => {
		isClosed = true;
	});
	await once(socket, "connect");
	const reserved = Buffer.from("0000000000000004", "hex");
	const infoHash = Buffer.from(shared.infoHash, "hex");
	const peerId = Buffer.from(`-FS0100-${String(number).padStart(12, "0")}`);
	socket.write(Buffer.concat([Buffer.from("\x13BitTorrent protocol"), reserved, infoHash, peerId]));
	await until("the source shook hands", () => bytes >= 68);
	socket.write(INTERESTED);
	await until("the machine may ask", () => head.includes(UNCHOKE));
	return { socket, bytes: () => bytes, isClosed: () => isClosed };
}

/** Each asks for something else: of two that are the same the library answers one. */
function requests(count: number): Buffer {
	return Buffer.concat(
		Array.from({ length: count }, (_, index) => {
			const offset = Math.floor(index / PIECES);
			const request = Buffer.alloc(17);
			request.writeUInt32BE(13, 0);
			request.writeUInt8(6, 4);
			request.writeUInt32BE(index % PIECES, 5);
			request.writeUInt32BE(offset, 9);
			request.writeUInt32BE(PIECE_BYTES - offset, 13);
			return request;
		}),
	);
}

async function residentMib({ swarm }: Bench): Promise<number> {
	const status = await readFile(`/proc/${swarm.pid}/status`, "utf8");
	return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

test("a machine that asks for much and reads nothing costs little memory, and gets all of it once it reads", async () => {
	await using bench = await openBench({ machines: 1, sizeBytes: PIECES * PIECE_BYTES });
	const { socket, bytes } = await meetSource(bench);
	const before = await residentMib(bench);
	socket.pause();
	const count = 4_000;
	socket.write(requests(count));
	let most = 0;
	for (let look = 0; look < 20; look++) {
		most = Math.max(most, await residentMib(bench));
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	assert.ok(most - before < 80, `${Math.round(most - before)} MiB more`);
	socket.resume();
	await until("all of it is there", () => bytes() > count * (PIECE_BYTES - 64));
	assert.deepEqual(bench.restarts, []);
	socket.destroy();
});

test("many that ask for much and read nothing cost no more than 64 MiB together, and the others are served", async () => {
	await using bench = await openBench({ machines: 1, sizeBytes: PIECES * PIECE_BYTES });
	const before = await residentMib(bench);
	const deaf = await Promise.all(Array.from({ length: 30 }, (_, number) => meetSource(bench, number)));
	for (const { socket } of deaf) {
		socket.pause();
		socket.write(requests(4_000));
	}
	let most = 0;
	for (let look = 0; look < 20; look++) {
		most = Math.max(most, await residentMib(bench));
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	assert.ok(most - before < 170, `${Math.round(most - before)} MiB more`);
	const honest = await meetSource(bench, 99);
	honest.socket.write(requests(PIECES));
	await until("it is served", () => honest.bytes() > PIECES * PIECE_BYTES);
	assert.deepEqual(bench.restarts, []);
	for (const { socket } of [...deaf, honest]) socket.destroy();
});

test("a machine that asks without end and reads nothing is cut off", async () => {
	await using bench = await openBench({ machines: 1, sizeBytes: PIECES * PIECE_BYTES });
	const { socket, isClosed } = await meetSource(bench);
	socket.pause();
	socket.write(requests(40_000));
	// Nobody hears of the end of a connection from which he does not read.
	await until("the source has taken what it was asked", () => socket.writableLength === 0 || socket.destroyed);
	socket.resume();
	await until("the machine is cut off", isClosed);
	assert.deepEqual(bench.restarts, []);
});
