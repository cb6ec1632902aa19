import assert from "node:assert/strict";
import { test } from "node:test";
import { Sent } from "../../src/swarm/sent.ts";

test("each byte that was sent is told once, by package and machine, and what rests is not told again", () => {
	const sent = new Sent();
	sent.add("aa", "m1", 5);
	sent.add("aa", "m1", 2);
	sent.add("aa", "m2", 1);
	sent.add("bb", "m1", 4);
	assert.deepEqual(sent.take(), [
		{ sha256: "aa", machine: "m1", bytes: 7 },
		{ sha256: "aa", machine: "m2", bytes: 1 },
		{ sha256: "bb", machine: "m1", bytes: 4 },
	]);
	sent.add("aa", "m1", -3);
	assert.deepEqual(sent.take(), [{ sha256: "aa", machine: "m1", bytes: -3 }]);
	assert.deepEqual(sent.take(), []);
});
