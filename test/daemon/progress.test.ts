import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "../../src/daemon/progress.ts";
import { fleetOf } from "../plan/fleet-of.ts";

test("the one line about the service tells a download that fails, also while no machine is known", () => {
	const failure = { code: "FS-ACQUIRE-HTTP", detail: "404" } as const;
	const fleet = fleetOf({ package_state: { kind: "retrying", failure, failures: 2, since: 0, at: 0 } });
	assert.equal(
		new Progress().sentence(fleet, { steps: [], held: [], wakeAt: null }, 0),
		"app 2 cannot be downloaded (FS-ACQUIRE-HTTP); nothing in flight; waits for machines to announce themselves",
	);
});

test("what is done is counted of all who take part, not of those whose turn has come", () => {
	const fleet = fleetOf({
		machines: { a: null, b: null, c: null, d: null, e: { excluded: { by: "ann", reason: "", at: 0 } } },
		rollout: { tasks: { a: { phase: "verified" }, b: { phase: "failed" } } },
	});
	assert.match(
		new Progress().sentence(fleet, { steps: [], held: [], wakeAt: null }, 0),
		/^[a-z]+: 1 of 4 verified, 1 failed; nothing in flight/,
	);
});

const told = (machine: string, downloadedBytes: number) => {
	return { machine, sha256: "a".repeat(64), downloadedBytes, uploadedBytes: 0, leftBytes: 0, event: "update" as const };
};

test("what machines told is news once, the last of each", () => {
	const progress = new Progress();
	for (const seen of [told("a", 1), told("b", 2), told("a", 3)]) progress.sawPeer(seen);
	assert.deepEqual([...progress.takeNews()], [told("a", 3), told("b", 2)]);
	assert.deepEqual([...progress.takeNews()], []);
	progress.sawPeer(told("b", 4));
	assert.deepEqual([...progress.takeNews()], [told("b", 4)]);
	assert.deepEqual(progress.peer("a", "a".repeat(64)), told("a", 3));
});

test("what a machine has received is added up over its peers, and of one that was there before us from then on", () => {
	const progress = new Progress();
	const received = (...counts: readonly (readonly ["started" | "update", number])[]) => {
		for (const [event, bytes] of counts) progress.sawPeer({ ...told("a", bytes), event });
		return progress.receivedBytes("a", "a".repeat(64));
	};
	assert.equal(received(), 0);
	assert.equal(received(["update", 700]), 0, "it began before this daemon");
	assert.equal(received(["update", 1_000]), 300);
	assert.equal(received(["started", 0], ["update", 50]), 350, "a new one counts from its beginning");
	assert.equal(received(["update", 20]), 370, "also one whose beginning was not heard");
});

test("of very many machines whoever has told nothing for longest is forgotten", () => {
	const progress = new Progress();
	const sha256 = "a".repeat(64);
	progress.sawPeer(told("first", 1));
	progress.sawPeer(told("second", 1));
	for (let index = 0; index < 49_998; index += 1) progress.sawPeer(told(`other-${index}`, 1));
	progress.sawPeer(told("second", 2));
	progress.sawPeer(told("one-more", 1));
	assert.equal(progress.peer("first", sha256), undefined);
	assert.deepEqual(progress.peer("second", sha256), told("second", 2));
});
