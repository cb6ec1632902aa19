import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { blockOf, MESSAGE } from "../../bench/swarm/wire.ts";
import { digest, until } from "../workbench.ts";
import { type Meeting, openMeeting, startHolder, startPeer, startStranger, type Visit } from "./meeting.ts";

const PIECE_BYTES = 64 * 1024;

async function received(meeting: Meeting, folder: string): Promise<string> {
	return digest(await readFile(join(folder, meeting.sha256)));
}

/** Where the peer that came last listens, at an address of its own. */
function nameLast(meeting: Meeting, address: string): void {
	meeting.named.push({ address, port: meeting.announced.at(-1)?.port ?? 0 });
}

function handshake(infoHash: string): Buffer {
	const hello = [Buffer.from("\x13BitTorrent protocol"), Buffer.alloc(8), Buffer.from(infoHash, "hex")];
	return Buffer.concat([...hello, Buffer.from("-XX0001-123456789012")]);
}

function answerWithGarbage({ send }: Visit, id: number, payload: Buffer): number {
	const block = id === MESSAGE.request ? blockOf(payload) : null;
	if (!block) return 0;
	send(MESSAGE.piece, Buffer.concat([payload.subarray(0, 8), randomBytes(block.length)]));
	return block.length;
}

test("a liar is heard no more after two bad pieces, and the package comes from the honest", async () => {
	await using meeting = await openMeeting(randomBytes(100 * PIECE_BYTES));
	let lies = 0;
	await startStranger(meeting, "127.0.0.2", (visit, id, payload) => {
		lies += answerWithGarbage(visit, id, payload);
	});
	await startHolder(meeting, "holder");
	await until("the holder has announced itself", () => meeting.announced.length > 0);
	nameLast(meeting, "127.0.0.3");
	const { peer, folder, completed, liars } = await startPeer(meeting, "receiver");
	await completed;
	assert.equal(await received(meeting, folder), meeting.sha256);
	assert.deepEqual(liars, ["127.0.0.2"]);
	assert.ok(lies <= 4 * PIECE_BYTES, `${lies} bytes of lies were taken`);
	const { wastedBytes = -1, downloadedBytes = 0 } = peer.state ?? {};
	assert.ok(wastedBytes >= 2 * PIECE_BYTES && wastedBytes <= 3 * PIECE_BYTES, `${wastedBytes} bytes were wasted`);
	assert.equal(downloadedBytes, meeting.content.length + wastedBytes);
});

test("a liar that is banned is not dialled again, also where nobody else is there", async () => {
	await using meeting = await openMeeting(randomBytes(20 * PIECE_BYTES));
	const { visits } = await startStranger(meeting, "127.0.0.2", answerWithGarbage);
	const { peer, liars } = await startPeer(meeting, "receiver");
	await until("the liar is known", () => liars.length === 1);
	const announces = meeting.announced.length;
	await until("the tracker has named the liar twice more", () => meeting.announced.length >= announces + 2);
	assert.equal(visits.length, 1);
	assert.equal(peer.state?.heldBytes, 0);
});

test("a neighbour that goes in the middle of a piece, or stays deaf, holds nobody up", async () => {
	await using meeting = await openMeeting(randomBytes(40 * PIECE_BYTES));
	await startStranger(meeting, "127.0.0.2", ({ socket }, id) => {
		if (id === MESSAGE.request) socket.destroy();
	});
	await startStranger(meeting, "127.0.0.4", () => undefined);
	await startHolder(meeting, "holder");
	await until("the holder has announced itself", () => meeting.announced.length > 0);
	nameLast(meeting, "127.0.0.3");
	const { folder, completed, liars } = await startPeer(meeting, "receiver");
	await completed;
	assert.equal(await received(meeting, folder), meeting.sha256);
	assert.deepEqual(liars, []);
});

test("nonsense ends its own connection and nothing else", async () => {
	await using meeting = await openMeeting(randomBytes(10 * PIECE_BYTES));
	const nonsense: ((visit: Visit) => void)[] = [
		({ send }) => send(MESSAGE.haveAll),
		({ socket }) => socket.write(Buffer.from("7fffffff07", "hex")),
		({ socket }) => socket.write(Buffer.from("ffffffff07", "hex")),
		({ send }) => send(MESSAGE.request, Buffer.from("000000000000000000100000", "hex")),
		({ send }) => send(MESSAGE.request, Buffer.from("00ffffff0000000000004000", "hex")),
		({ send }) => send(20, Buffer.concat([Buffer.from([0]), Buffer.from("d1:md1:xdeee")])),
	];
	const all = await Promise.all(
		nonsense.map((say, index) =>
			startStranger(meeting, `127.0.0.${10 + index}`, (visit, id) => {
				if (id === MESSAGE.interested) say(visit);
			}),
		),
	);
	await startHolder(meeting, "holder");
	await until("the holder has announced itself", () => meeting.announced.length > 0);
	nameLast(meeting, "127.0.0.3");
	const { folder, completed } = await startPeer(meeting, "receiver");
	await completed;
	assert.equal(await received(meeting, folder), meeting.sha256);
	const hasEnded = ({ visits }: (typeof all)[number]) => visits.some(({ socket }) => socket.destroyed);
	// The last one is a strange extension, which is ignored (BEP 10).
	assert.deepEqual(all.map(hasEnded), [true, true, true, true, true, false]);
});

test("whoever the tracker does not name gets no byte", async () => {
	await using meeting = await openMeeting(randomBytes(10 * PIECE_BYTES));
	await startHolder(meeting, "holder");
	await until("the holder has announced itself", () => meeting.announced.length > 0);
	const { port = 0 } = meeting.announced.at(-1) ?? {};
	const socket = connect({ host: "127.0.0.1", port, localAddress: "127.0.0.66" });
	let bytes = 0;
	socket.on("data", (chunk) => {
		bytes += chunk.length;
	});
	socket.on("error", () => undefined);
	socket.write(handshake(meeting.infoHash));
	const asked = meeting.announced.length;
	await until("the tracker was asked about it, twice", () => meeting.announced.length >= asked + 2);
	assert.equal(bytes, 0);
	socket.destroy();
});

test("whoever has dialled us is not dialled", async () => {
	await using meeting = await openMeeting(randomBytes(10 * PIECE_BYTES));
	await startHolder(meeting, "holder");
	await until("the holder has announced itself", () => meeting.announced.length > 0);
	const { port = 0 } = meeting.announced.at(-1) ?? {};
	const address = "127.0.0.67";
	const socket = connect({ host: "127.0.0.1", port, localAddress: address });
	meeting.closing.push(() => socket.destroy());
	socket.write(handshake(meeting.infoHash));
	const answered = once(socket, "data");
	const { visits } = await startStranger(meeting, address, () => undefined);
	await answered;
	const asked = meeting.announced.length;
	await until("the tracker has named it again", () => meeting.announced.length >= asked + 2);
	assert.equal(visits.length, 0);
});

test("whoever the tracker has named is dialled again when the connection breaks while the controller is away", async () => {
	await using meeting = await openMeeting(randomBytes(10 * PIECE_BYTES));
	const { visits } = await startStranger(meeting, "127.0.0.2", () => undefined);
	await startPeer(meeting, "receiver");
	await until("it is dialled", () => visits.length === 1);
	meeting.controller.isAway = true;
	visits[0]?.socket.destroy();
	await until("it is dialled again", () => visits.length === 2);
});

test("a connection at rest stays", async () => {
	await using meeting = await openMeeting(randomBytes(10 * PIECE_BYTES));
	const { visits } = await startStranger(meeting, "127.0.0.2", () => undefined);
	await startHolder(meeting, "holder");
	await until("twelve seconds have passed", () => meeting.announced.length >= 13);
	assert.equal(visits.length, 1);
	assert.equal(visits[0]?.socket.destroyed, false);
});

const isRoot = process.getuid?.() === 0;

test("a full disk is told, and the package arrives once there is room", {
	skip: isRoot ? false : "needs root for a small disk",
}, async () => {
	await using meeting = await openMeeting(randomBytes(64 * PIECE_BYTES));
	const disk = join(meeting.folder, "disk");
	await mkdir(disk);
	execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
	meeting.closing.push(() => execFileSync("umount", ["-l", disk]));
	await startHolder(meeting, "holder");
	await until("the holder has announced itself", () => meeting.announced.length > 0);
	nameLast(meeting, "127.0.0.3");
	const { peer, folder, completed, refusals } = await startPeer(meeting, "receiver", { folder: disk });
	await until("the disk refuses", () => refusals.length > 0);
	assert.match(refusals[0]?.message ?? "", /ENOSPC/);
	assert.ok((peer.state?.heldBytes ?? 0) <= 2 ** 20);
	execFileSync("mount", ["-o", "remount,size=16m", disk]);
	await completed;
	assert.equal(await received(meeting, folder), meeting.sha256);
});
