import assert from "node:assert/strict";
import { test } from "node:test";
import { SwarmHistory } from "../../src/daemon/swarm-history.ts";

const SHA = "a".repeat(64);
const total = (uploadedBytes: number, byMachine: Record<string, number> = {}) => [
	{ sha256: SHA, uploadedBytes, byMachine },
];
const peer = (machine: string, downloadedBytes: number) => {
	return { machine, sha256: SHA, downloadedBytes, uploadedBytes: 0, leftBytes: 0, event: "update" as const };
};
const sums = (history: SwarmHistory) =>
	history.samples(SHA).map(({ at, sourceBytes, receivedBytes }) => [at, sourceBytes, receivedBytes]);

test("what machines told and what they were sent adds up, each byte once", () => {
	const history = new SwarmHistory();
	history.saw(total(0), [], 0);
	history.saw(total(110, { a: 100 }), [peer("a", 150), peer("b", 40)], 2000);
	history.saw(total(230, { a: 120, c: 100 }), [peer("a", 200), peer("b", 90)], 4000);
	assert.deepEqual(sums(history), [
		[0, 0, 0],
		[2000, 110, 190],
		[4000, 230, 390],
	]);
	assert.deepEqual([history.sentTo("c", SHA), history.sentTo("b", SHA), history.sentTo("d", SHA)], [100, 0, undefined]);
});

test("a peer that counts from zero again takes nothing away; what a broken connection never took is taken back", () => {
	const history = new SwarmHistory();
	history.saw(total(100, { a: 100 }), [peer("a", 300)], 0);
	history.saw(total(95, { a: 95 }), [peer("a", 10)], 2000);
	assert.deepEqual(sums(history).at(-1), [2000, 95, 310]);
	assert.equal(history.sentTo("a", SHA), 95);
});

test("a pause of any length and many who look cost two points, and a long delivery no more than 600", () => {
	const history = new SwarmHistory();
	for (let at = 0; at < 1_000_000; at += 2000) history.saw(total(5), [], at);
	assert.deepEqual(sums(history), [
		[0, 5, 0],
		[998_000, 5, 0],
	]);
	for (let at = 0; at < 900; at += 10) history.saw(total(6 + at), [], 1_000_000 + at);
	assert.equal(sums(history).length, 3 + 1);
	for (let index = 0; index < 5000; index += 1) history.saw(total(10_000 + index), [], 2_000_000 + index * 2000);
	const kept = sums(history);
	assert.ok(kept.length <= 600 && kept.length > 250, `${kept.length} points`);
	assert.deepEqual(kept[0], [0, 5, 0]);
	assert.deepEqual(kept.at(-1), [2_000_000 + 4999 * 2000, 14_999, 0]);
});
