import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Neighbour } from "../../../src/swarm/peer/neighbour.ts";
import { News } from "../../../src/swarm/peer/news.ts";

/** News waits for 128 KiB of bytes: 125 ms at this rate. */
const BYTES_PER_SECOND = 1024 * 1024;
const SOON_MS = 125;

/** A neighbour, which pieces it has shown, and what it was told. */
class Listener {
	readonly heard: number[] = [];
	readonly rate: number;
	readonly isSource: boolean;
	readonly wire = { have: (piece: number) => void this.heard.push(piece) };
	readonly #shown: ReadonlySet<number>;

	constructor({ shown = [] as number[], isSource = false, rate = 0 } = {}) {
		this.#shown = new Set(shown);
		this.isSource = isSource;
		this.rate = rate;
	}

	has(piece: number): boolean {
		return this.#shown.has(piece);
	}
}

function newsOf(t: TestContext, listeners: Record<string, Listener>) {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const news = new News(() => Object.values(listeners) as unknown as Neighbour[]);
	const add = (piece: number, from: Listener) => news.add({ piece, from: from as unknown as Neighbour });
	return { news, add, pass: (ms: number) => t.mock.timers.tick(ms) };
}

test("whoever lacks a piece, and whoever gave it, hear of it soon, and of several at once", (t) => {
	const giver = new Listener({ shown: [1, 2], rate: BYTES_PER_SECOND });
	const owner = new Listener({ shown: [1] });
	const needy = new Listener();
	const { add, pass } = newsOf(t, { giver, owner, needy });
	add(1, giver);
	pass(SOON_MS / 2);
	add(2, giver);
	assert.deepEqual(needy.heard, []);
	pass(SOON_MS / 2);
	assert.deepEqual([giver.heard, owner.heard, needy.heard], [[1, 2], [2], [1, 2]]);
});

test("the source hears soon of what it has shown, and with it of all that came from others", (t) => {
	const source = new Listener({ isSource: true, shown: [7], rate: BYTES_PER_SECOND });
	const other = new Listener({ shown: [1, 2] });
	const { add, pass } = newsOf(t, { source, other });
	add(1, other);
	pass(SOON_MS);
	add(2, other);
	pass(SOON_MS);
	assert.deepEqual(source.heard, []);
	add(7, source);
	pass(SOON_MS);
	assert.deepEqual(source.heard, [1, 2, 7]);
});

test("the source hears of what came from others within half a second more, and at the end at once", (t) => {
	const source = new Listener({ isSource: true, rate: BYTES_PER_SECOND });
	const other = new Listener({ shown: [1, 2, 3] });
	const { news, add, pass } = newsOf(t, { source, other });
	add(1, other);
	pass(SOON_MS);
	add(2, other);
	pass(499);
	assert.deepEqual(source.heard, []);
	pass(1);
	assert.deepEqual(source.heard, [1, 2]);
	add(3, other);
	news.tellAll();
	assert.deepEqual(source.heard, [1, 2, 3]);
	assert.deepEqual(other.heard, [1, 2, 3]);
});
