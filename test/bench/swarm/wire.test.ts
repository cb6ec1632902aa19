import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { blockOf, contentBytes, MESSAGE, Wire } from "./wire.ts";

const INFO_HASH = "ab".repeat(20);

test("two bare ends greet each other, and a request and its piece arrive whole", async (t) => {
	const server = createServer().listen(0, "127.0.0.1");
	t.after(() => server.close());
	await once(server, "listening");
	const address = server.address();
	assert.ok(address !== null && typeof address === "object");
	const { promise: piece, resolve } = Promise.withResolvers<Buffer>();
	server.once("connection", (socket: Socket) => {
		const giver = new Wire(socket, {
			infoHash: INFO_HASH,
			peerId: "giver",
			onGreeted: () => undefined,
			onMessage: (id, payload) => {
				assert.equal(id, MESSAGE.request);
				const block = blockOf(payload);
				assert.deepEqual(block, { piece: 7, begin: 16_384, length: 300_000 });
				giver.send(MESSAGE.piece, Buffer.concat([payload.subarray(0, 8), Buffer.alloc(300_000, 1)]));
			},
		});
	});
	const socket = connect({ host: "127.0.0.1", port: address.port });
	t.after(() => socket.destroy());
	const taker = new Wire(socket, {
		infoHash: INFO_HASH,
		peerId: "taker",
		onGreeted: () => taker.request({ piece: 7, begin: 16_384, length: 300_000 }),
		onMessage: (_, payload) => resolve(payload),
	});
	assert.equal(contentBytes(await piece), 300_000);
});
