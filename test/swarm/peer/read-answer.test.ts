import assert from "node:assert/strict";
import { test } from "node:test";
import bencode from "bencode";
import { readAnswer } from "../../../src/swarm/peer/announcer.ts";

test("reads whom to meet, the source and the limits from our tracker's answer", () => {
	const bytes = bencode.encode({
		interval: 5,
		peers: Buffer.from([10, 0, 0, 7, 0x1a, 0xe1, 10, 0, 0, 8, 0, 80]),
		peers6: Buffer.from(`${"fe80".padEnd(31, "0")}1${"1ae1"}`, "hex"),
		fleetseed: { source: "10.0.0.1", source_port: 6881, up: 1000, down: 2000, dismissed: 1 },
	});
	assert.deepEqual(readAnswer(bytes), {
		peers: [
			{ address: "10.0.0.7", port: 6881 },
			{ address: "10.0.0.8", port: 80 },
			{ address: "fe80::1", port: 6881 },
		],
		intervalMs: 5000,
		source: { address: "10.0.0.1", port: 6881 },
		upBytesPerSecond: 1000,
		downBytesPerSecond: 2000,
		isDismissed: true,
	});
});

test("another tracker's answer has peers and nothing of ours", () => {
	const answer = readAnswer(bencode.encode({ interval: 1800, peers: Buffer.from([10, 0, 0, 7, 0x1a, 0xe1]) }));
	assert.deepEqual(answer?.peers, [{ address: "10.0.0.7", port: 6881 }]);
	assert.equal(answer?.source, null);
	assert.equal(answer?.upBytesPerSecond, null);
	assert.equal(answer?.isDismissed, false);
});

test("a refusal, a cut list of peers, a port of zero and an absurd interval do no harm", () => {
	assert.equal(readAnswer(bencode.encode({ "failure reason": "not admitted" })), null);
	assert.equal(readAnswer(bencode.encode([1, 2])), null);
	const answer = readAnswer(bencode.encode({ interval: 10 ** 12, peers: Buffer.from([10, 0, 0, 7, 0, 0, 10, 0]) }));
	assert.deepEqual(answer?.peers, []);
	assert.equal(answer?.intervalMs, 3_600_000);
	assert.throws(() => readAnswer(Buffer.from("<html>")));
});
