import assert from "node:assert/strict";
import { test } from "node:test";
import { PieceWatch } from "../../src/daemon/piece-watch.ts";
import type { PackagePieces } from "../../src/swarm/messages.ts";
import { SwarmDown } from "../../src/swarm/swarm-down.ts";

const SHA = "5a".repeat(32);

test("the swarm is asked at most once a second however many look, and not when nobody does", async () => {
	let [now, asked, isDown] = [0, 0, false];
	const ask = async (): Promise<readonly PackagePieces[]> => {
		asked++;
		if (isDown) throw new SwarmDown("exit code 1");
		return [{ sha256: SHA, pieceCount: 2, machines: [{ machine: "constructor", levels: "f0", hasLeft: false }] }];
	};
	const watch = new PieceWatch({ ask, clock: () => now });
	assert.deepEqual([watch.of(SHA), asked], [undefined, 0]);
	await Promise.all([watch.look(), watch.look()]);
	assert.equal(watch.of(SHA)?.machines.get("constructor")?.levels, "f0");
	now = 999;
	await watch.look();
	assert.equal(asked, 1);
	[now, isDown] = [1000, true];
	await watch.look();
	assert.equal(asked, 2);
	assert.equal(watch.of(SHA)?.machines.get("constructor")?.levels, "f0", "what is known stays while the swarm is down");
});
