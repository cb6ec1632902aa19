import assert from "node:assert/strict";
import { test } from "node:test";
import { Joined } from "../../src/console/joined.ts";

test("who asks while an answer is made gets the next one, together with all others, and it begins after they asked", async () => {
	let world = "before";
	let made = 0;
	const ends: (() => void)[] = [];
	const joined = new Joined(async () => {
		made += 1;
		const seen = world;
		await new Promise<void>((resolve) => {
			ends.push(resolve);
		});
		return seen;
	});
	const first = joined.ask();
	while (ends.length < 1) await Promise.resolve();
	world = "after";
	const others = Array.from({ length: 100 }, () => joined.ask());
	ends[0]?.();
	assert.equal(await first, "before");
	while (ends.length < 2) await Promise.resolve();
	ends[1]?.();
	assert.deepEqual(new Set(await Promise.all(others)), new Set(["after"]));
	assert.equal(made, 2);
});

test("an answer that could not be made is the matter of those who asked for it, and of no other", async () => {
	let isBroken = true;
	const joined = new Joined(async () => {
		if (isBroken) throw new Error("broken");
		return "whole";
	});
	await assert.rejects(joined.ask(), /broken/);
	isBroken = false;
	assert.equal(await joined.ask(), "whole");
});
