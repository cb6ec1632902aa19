import assert from "node:assert/strict";
import { test } from "node:test";
import { SwarmHistory } from "../../src/daemon/swarm-history.ts";

const SHA = "a".repeat(64);
const sent = (byMachine: Record<string, number>) =>
	Object.entries(byMachine).map(([machine, bytes]) => ({ sha256: SHA, machine, bytes }));
const peer = (machine: string, downloadedBytes: number) => {
	return { machine, sha256: SHA, downloadedBytes, uploadedBytes: 0, leftBytes: 0, event: "update" as const };
};
const sums = (history: SwarmHistory) =>
	history.samples(SHA).map(({ at, sourceBytes, receivedBytes }) => [at, sourceBytes, receivedBytes]);

test("what machines told and what they were sent adds up, each byte once", () => {
	const history = new SwarmHistory();
	history.sent(sent({ "": 0 }));
	history.saw([], 0);
	history.sent(sent({ a: 100, "": 10 }));
	history.saw([peer("a", 150), peer("b", 40)], 2000);
	history.sent(sent({ a: 20, c: 100 }));
	history.saw([peer("a", 200), peer("b", 90)], 4000);
	assert.deepEqual(sums(history), [
		[0, 0, 0],
		[2000, 110, 200],
		[4000, 230, 400],
	]);
	assert.deepEqual([history.sentTo("c", SHA), history.sentTo("b", SHA), history.sentTo("d", SHA)], [100, 0, undefined]);
});

test("a peer that counts from zero again takes nothing away; what a broken connection never took is taken back", () => {
	const history = new SwarmHistory();
	history.sent(sent({ a: 100 }));
	history.saw([peer("a", 300)], 0);
	history.sent(sent({ a: -5 }));
	history.saw([peer("a", 10)], 2000);
	assert.deepEqual(sums(history).at(-1), [2000, 95, 310]);
	assert.equal(history.sentTo("a", SHA), 95);
});

test("a pause of any length and many who look cost two points, and a long delivery no more than 600", () => {
	const history = new SwarmHistory();
	const sees = (bytes: number, at: number) => {
		history.sent(sent({ a: bytes }));
		history.saw([], at);
	};
	sees(5, 0);
	for (let at = 2000; at < 1_000_000; at += 2000) history.saw([], at);
	assert.deepEqual(sums(history), [
		[0, 5, 5],
		[998_000, 5, 5],
	]);
	for (let at = 0; at < 900; at += 10) sees(10, 1_000_000 + at);
	assert.equal(sums(history).length, 3 + 1);
	for (let index = 0; index < 5000; index += 1) sees(1, 2_000_000 + index * 2000);
	const kept = sums(history);
	assert.ok(kept.length <= 600 && kept.length > 250, `${kept.length} points`);
	assert.deepEqual(kept[0], [0, 5, 5]);
	assert.deepEqual(kept.at(-1), [2_000_000 + 4999 * 2000, 5905, 5905]);
});

test("of packages beyond a hundred those are forgotten that rested longest", () => {
	const history = new SwarmHistory();
	const send = (sha256: string) => history.sent([{ sha256, machine: "a", bytes: 1 }]);
	for (let index = 0; index < 100; index += 1) send(`p${index}`);
	send("p0");
	send("new");
	assert.deepEqual(
		[history.sentTo("a", "p0"), history.sentTo("a", "p1"), history.sentTo("a", "new")],
		[2, undefined, 1],
	);
});
