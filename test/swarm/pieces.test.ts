import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Holdings } from "../../src/swarm/holdings.ts";
import { pieceLevels } from "../../src/swarm/piece-levels.ts";
import { aria2c } from "./aria2c.ts";
import { type Bench, hasCompleted, kill, openBench, spawnAgent, spawnAt, until } from "./workbench.ts";

const PIECE = 64 * 1024;
const hasNoAria2c = spawnSync("aria2c", ["--version"]).error ? "aria2c is not installed here" : false;
/** Words come through, and no piece while the test lasts. */
const HALTED = { source: 500 };

test("a level is told for each piece, or for each 256th part of many", () => {
	const isOdd = (piece: number) => piece % 2 === 1;
	assert.equal(pieceLevels(4, isOdd), "0f0f");
	assert.equal(pieceLevels(512, isOdd), "8".repeat(256), "half of every two");
	assert.equal(
		pieceLevels(300, () => true),
		"f".repeat(256),
	);
	assert.equal(
		pieceLevels(0, () => true),
		"",
	);
	const many = 256 * 100;
	assert.equal(pieceLevels(many, (piece) => piece === 0)[0], "1", "one of a hundred is more than none");
	assert.equal(pieceLevels(many, (piece) => piece !== 0)[0], "e", "and all but one is less than all");
	assert.equal(pieceLevels(many, (piece) => piece < 200).replace(/0+$/, ""), "ff", "in the order of the pieces");
});

/** What an earlier delivery left on the machine: these pieces whole, and nothing of the others. */
async function leaveBehind({ folder, sha256, content }: Bench, machine: string, isHeld: (piece: number) => boolean) {
	const left = Buffer.alloc(content.length);
	for (let start = 0; start < content.length; start += PIECE)
		if (isHeld(start / PIECE)) content.copy(left, start, start, start + PIECE);
	await mkdir(join(folder, machine), { recursive: true });
	await writeFile(join(folder, machine, sha256), left);
}

async function levelsOf({ swarm, sha256 }: Bench, machine: string) {
	const [shared] = await swarm.pieces();
	assert.equal(shared?.sha256, sha256);
	return shared.machines.find((each) => each.machine === machine);
}

const isOfHalf = (piece: number) => piece < 16 || (piece >= 32 && piece % 2 === 0 && piece !== 62) || piece === 63;
const HALF = Array.from({ length: 64 }, (_, piece) => (isOfHalf(piece) ? "f" : "0")).join("");

test("which half of the pieces a real machine has is known, and kept when it is gone", async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 64 * PIECE });
	const machine = bench.peers[0]?.machine ?? "";
	bench.shape(HALTED);
	await leaveBehind(bench, machine, isOfHalf);
	assert.equal(HALF.replaceAll("0", "").length, 32, "it is half of them");
	assert.deepEqual(await bench.swarm.pieces(), [{ sha256: bench.sha256, pieceCount: 64, machines: [] }]);
	const agent = await spawnAgent(bench, machine);
	await until("it is known", async () => (await levelsOf(bench, machine))?.levels === HALF);
	assert.equal((await levelsOf(bench, machine))?.hasLeft, false);
	bench.shape({ source: 4 * PIECE });
	const held = async () => (await levelsOf(bench, machine))?.levels.replaceAll("0", "").length ?? 0;
	await until("more arrives", async () => (await held()) > 33);
	await kill(agent.child);
	await until("it is missed", async () => (await levelsOf(bench, machine))?.hasLeft === true);
	const left = (await levelsOf(bench, machine))?.levels ?? "";
	assert.ok([...HALF].every((level, piece) => level === "0" || left[piece] === "f"));
	assert.ok((await held()) > 33 && left.includes("0"), left);
	bench.shape();
	const again = await spawnAgent(bench, machine);
	await until("it has all", () => hasCompleted(again));
	await until("that is known", async () => (await levelsOf(bench, machine))?.levels === "f".repeat(64));
	assert.equal((await levelsOf(bench, machine))?.hasLeft, false);
});

test("what a machine has that the source does not feed is told, too", async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 64 * PIECE });
	const [gateway, other] = bench.peers;
	assert.ok(gateway && other);
	bench.swarm.admit(bench.peers.map((peer) => ({ ...peer, site: "across the river" })));
	bench.shape(HALTED);
	for (const { machine } of bench.peers) await leaveBehind(bench, machine, isOfHalf);
	await spawnAgent(bench, gateway.machine);
	await until("one is the gateway", async () => (await levelsOf(bench, gateway.machine)) !== undefined);
	const second = await spawnAgent(bench, other.machine);
	await until("the second's are known", async () => (await levelsOf(bench, other.machine))?.levels === HALF);
	second.child.kill("SIGTERM");
	await until("it said goodbye", async () => (await levelsOf(bench, other.machine))?.hasLeft === true);
	assert.equal((await levelsOf(bench, gateway.machine))?.hasLeft, false);
});

test("a stranger tells the source alone what it has", { skip: hasNoAria2c }, async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 64 * PIECE });
	const machine = bench.peers[0]?.machine ?? "";
	bench.shape({ source: 4 * PIECE });
	await spawnAt(bench, machine, aria2c);
	await until("it has some", async () => /^[0f]*f0[0f]*$/.test((await levelsOf(bench, machine))?.levels ?? ""));
	bench.shape();
	await until("it has all", async () => (await levelsOf(bench, machine))?.levels === "f".repeat(64));
});

test("what no honest machine announces is not taken, and who is silent has left", () => {
	const holdings = new Holdings({ pieceCount: 4, machineOf: () => undefined });
	const announced = (levels: unknown, more = {}, now = 0) =>
		holdings.announced({ machine: "m1", levels, hasAll: false, isStopping: false, ...more }, now);
	for (const levels of [undefined, "f00", "f0000", "F000", "f0\n0", ["f000", "f000"], 1]) announced(levels);
	assert.deepEqual(holdings.report(0).machines, []);
	announced("f000");
	assert.deepEqual(holdings.report(90_000).machines, [{ machine: "m1", levels: "f000", hasLeft: false }]);
	assert.deepEqual(holdings.report(90_001).machines, [{ machine: "m1", levels: "f000", hasLeft: true }]);
	announced(undefined, { hasAll: true }, 95_000);
	assert.deepEqual(holdings.report(95_000).machines, [{ machine: "m1", levels: "ffff", hasLeft: false }]);
	announced("f000", { isStopping: true }, 96_000);
	assert.equal(holdings.report(96_000).machines[0]?.hasLeft, true);
});

test("nobody is told of for a package that was retired", async () => {
	await using bench = await openBench({ machines: 2 });
	bench.swarm.retire(bench.sha256);
	await until("it is shared no more", async () => (await bench.swarm.pieces()).length === 0);
	await bench.swarm.share(bench.sha256);
	assert.deepEqual(await bench.swarm.pieces(), [{ sha256: bench.sha256, pieceCount: 62, machines: [] }]);
});
