import assert from "node:assert/strict";
import { test } from "node:test";
import { floorSeconds } from "./floor.ts";

const MBIT = 1e6;
const SIZE = 32 * 2 ** 20;

test("equal links: the source has to send each bit once", () => {
	const peers = Array.from({ length: 16 }, () => 20 * MBIT);
	assert.equal(floorSeconds(SIZE, { source: 20 * MBIT, peers }).toFixed(2), "13.42");
});

test("a slow peer: it has to receive each bit", () => {
	const peers = [20 * MBIT, 20 * MBIT, 2 * MBIT];
	assert.equal(floorSeconds(SIZE, { source: 20 * MBIT, peers }).toFixed(1), "134.2");
});

test("a fast source: the slowest cable decides, since cables are as fast up as down and the uplinks always suffice", () => {
	const peers = Array.from({ length: 10 }, () => 10 * MBIT);
	assert.equal(floorSeconds(10e6, { source: 30 * MBIT, peers }), 8);
	assert.equal(floorSeconds(10e6, { source: 1000 * MBIT, peers }), 8);
});

test("a slow source: its own cable decides, however fast the others are", () => {
	assert.equal(floorSeconds(10e6, { source: 5 * MBIT, peers: [1000 * MBIT, 1000 * MBIT] }), 16);
});

test("twice the bytes take twice as long", () => {
	const links = { source: 7 * MBIT, peers: [3 * MBIT, 9 * MBIT] };
	assert.equal(floorSeconds(2 * SIZE, links), 2 * floorSeconds(SIZE, links));
});
