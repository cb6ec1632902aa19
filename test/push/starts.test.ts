import assert from "node:assert/strict";
import { test } from "node:test";
import { Starts } from "../../src/push/starts.ts";
import type { Target } from "../../src/push/target.ts";

const targetAt = (address: string, machine = "mill-03"): Target => ({
	machine,
	address,
	port: 22,
	user: "deploy",
	hostKeys: [],
	connectTimeoutMs: 1_000,
});

test("four handshakes at one address go on at once, whatever the machines are called, and none waits for another address", async (t) => {
	const starts = new Starts();
	const begun: string[] = [];
	const begin = async (address: string, machine: string) => {
		const give = await starts.take(targetAt(address, machine), t.signal);
		begun.push(machine);
		return give;
	};
	const first = await Promise.all(["a", "b", "c", "d"].map((name) => begin("10.0.0.1", name)));
	const fifth = begin("10.0.0.1", "e");
	await begin("10.0.0.2", "f");
	assert.deepEqual(begun, ["a", "b", "c", "d", "f"]);
	first[0]?.();
	await fifth;
	assert.equal(begun.at(-1), "e");
});

test("who gives up leaves the line", async (t) => {
	const starts = new Starts();
	const all = await Promise.all(Array.from({ length: 4 }, () => starts.take(targetAt("10.0.0.1"), t.signal)));
	const leaving = new AbortController();
	const left = starts.take(targetAt("10.0.0.1"), leaving.signal);
	leaving.abort();
	assert.equal(await left, null);
	all[0]?.();
	assert.ok(await starts.take(targetAt("10.0.0.1"), t.signal));
});
