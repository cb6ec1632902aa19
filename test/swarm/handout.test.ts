import assert from "node:assert/strict";
import { test } from "node:test";
import { Handout } from "../../src/swarm/handout.ts";

function handoutOf(pieceCount: number, { hasOtherSeeds = false } = {}) {
	return new Handout({ pieceCount, hasOtherSeeds: () => hasOtherSeeds });
}

/** Lets time pass second by second; whoever is shown a piece has it in the next second. Tells how many were shown. */
function pass(handout: Handout, seconds: readonly number[], isAlive = (_peer: string) => true): number {
	let shown = 0;
	for (const second of seconds) {
		const gifts = handout.next(second * 1000);
		shown += gifts.length;
		for (const { peer, piece } of gifts) if (isAlive(peer)) handout.holds(peer, piece, second * 1000 + 500);
	}
	return shown;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test("a piece is shown to one peer only while the peers pass pieces on", () => {
	const handout = handoutOf(100);
	for (const peer of ["a", "b", "c"]) handout.join(peer, { now: 0, isOurs: true });
	const seen = new Set<number>();
	for (const second of range(0, 40)) {
		for (const { peer, piece } of handout.next(second * 100)) {
			assert.ok(!seen.has(piece), `piece ${piece} was shown twice`);
			seen.add(piece);
			for (const other of ["a", "b", "c"]) if (other !== peer) handout.holds(other, piece, second * 100);
			handout.holds(peer, piece, second * 100);
		}
	}
	assert.equal(seen.size, 100);
});

test("no more than 8 pieces are on their way, and peers share them evenly", () => {
	const handout = handoutOf(1000);
	for (const peer of range(0, 8)) handout.join(String(peer), { now: 0, isOurs: true });
	const gifts = handout.next(0);
	assert.equal(gifts.length, 8);
	for (const peer of range(0, 8)) assert.equal(gifts.filter((gift) => gift.peer === String(peer)).length, 1);
	assert.deepEqual(handout.next(0), []);
});

test("a peer that passes on slowly is given less", () => {
	const handout = handoutOf(1000);
	for (const peer of ["quick", "slow"]) handout.join(peer, { now: 0, isOurs: true });
	handout.join("other", { now: 0, isOurs: true });
	const given = { quick: 0, slow: 0, other: 0 };
	for (const second of range(0, 20)) {
		for (const { peer, piece } of handout.next(second * 100)) {
			given[peer as keyof typeof given]++;
			handout.holds(peer, piece, second * 100);
			if (peer !== "slow") for (const to of ["quick", "other"]) handout.holds(to, piece, second * 100);
		}
	}
	assert.ok(given.slow < given.quick / 3, JSON.stringify(given));
	assert.ok(given.slow > 0);
});

test("what only strangers have is shown to a peer of ours once nothing newer is left, and to no stranger", () => {
	const handout = handoutOf(12);
	handout.join("ours", { now: 0, isOurs: true });
	for (const peer of ["stranger", "another"]) handout.join(peer, { now: 0, isOurs: false });
	const ours = new Set<number>();
	const theirs: number[] = [];
	for (const second of range(0, 7)) {
		for (const { peer, piece } of handout.next(second * 1000)) {
			if (peer === "ours") ours.add(piece);
			else theirs.push(piece);
			handout.holds(peer, piece, second * 1000 + 500);
		}
	}
	assert.equal(ours.size, 12);
	assert.equal(new Set(theirs).size, theirs.length);
	assert.ok(theirs.length < 12);
});

test("what only a peer that left had is shown to another", () => {
	const handout = handoutOf(16);
	handout.join("first", { now: 0, isOurs: true });
	pass(handout, [0, 1]);
	handout.join("second", { now: 2000, isOurs: true });
	assert.deepEqual(handout.next(2000), []);
	handout.leave("first");
	assert.equal(handout.next(2100).length, 8);
});

test("a piece that does not arrive within 20 s is shown to another", () => {
	const handout = handoutOf(4);
	handout.join("dead", { now: 0, isOurs: true });
	assert.equal(handout.next(0).length, 4);
	handout.join("alive", { now: 15_000, isOurs: true });
	assert.deepEqual(handout.next(19_000), []);
	assert.ok(handout.next(20_000).some(({ peer }) => peer === "alive"));
});

test("what takes four times as long as pieces usually do is shown to another", () => {
	const handout = handoutOf(100);
	for (const peer of ["a", "b", "stuck"]) handout.join(peer, { now: 0, isOurs: true });
	const shownTo = new Map<number, string[]>();
	for (const step of range(0, 60)) {
		for (const { peer, piece } of handout.next(step * 100)) {
			shownTo.set(piece, [...(shownTo.get(piece) ?? []), peer]);
			if (peer !== "stuck") for (const each of ["a", "b"]) handout.holds(each, piece, step * 100 + 50);
		}
	}
	const kept = [...shownTo.values()].filter((peers) => peers[0] === "stuck");
	assert.ok(kept.length > 0 && kept.every((peers) => peers.length === 2 && peers[1] !== "stuck"), JSON.stringify(kept));
	assert.ok(shownTo.size === 100 && [...shownTo.values()].flat().length === 100 + kept.length);
});

test("whoever is late is not shown the same again, but something else", () => {
	const handout = handoutOf(40);
	handout.join("late", { now: 0, isOurs: true });
	const first = new Set(handout.next(0).map(({ piece }) => piece));
	assert.equal(first.size, 8);
	const [second, ...more] = handout.next(20_000);
	assert.ok(second && !first.has(second.piece) && more.length === 0, "one thing at a time from then on");
});

test("a peer that comes on at less than a third of what most do gets nothing that nobody else has", () => {
	const handout = handoutOf(2000);
	const quick = ["a", "b", "c"];
	for (const peer of [...quick, "slow"]) handout.join(peer, { now: 0, isOurs: true });
	const spread: number[] = [];
	const toSlow: number[] = [];
	for (const step of range(0, 400)) {
		const now = step * 100;
		for (const { peer, piece } of handout.next(now)) {
			if (peer === "slow") toSlow.push(now);
			for (const each of [peer, ...quick]) handout.holds(each, piece, now);
			spread.push(piece);
		}
		// It has a slow link, and keeps it busy.
		const next = spread[step];
		if (next !== undefined && step % 4 === 0) handout.holds("slow", next, now);
	}
	assert.ok(spread.length > 1000);
	assert.ok(toSlow.length > 0 && toSlow.every((at) => at < 4000), JSON.stringify(toSlow));
});

test("peers that cannot reach each other are each fed in the end", () => {
	const handout = handoutOf(40);
	for (const peer of ["a", "b", "c"]) handout.join(peer, { now: 0, isOurs: true });
	assert.equal(pass(handout, range(0, 8)), 40);
	assert.equal(pass(handout, range(8, 60)), 80);
});

test("a newcomer is left to machines that hold everything, unless they do not feed it for 3 s", () => {
	const handout = handoutOf(10, { hasOtherSeeds: true });
	handout.join("newcomer", { now: 0, isOurs: true });
	assert.equal(pass(handout, range(0, 4)), 0);
	assert.equal(pass(handout, range(4, 20)), 10);
});

test("machines that hold everything and have begun to feed a newcomer may pause for 8 s", () => {
	const handout = handoutOf(10, { hasOtherSeeds: true });
	handout.join("newcomer", { now: 0, isOurs: true });
	handout.holds("newcomer", 3, 2_000);
	assert.equal(pass(handout, range(2, 11)), 0);
	assert.equal(pass(handout, range(11, 20)), 9);
});

test("who says that it holds everything and feeds nobody is not waited for longer than 3 s, whatever it says", () => {
	const handout = handoutOf(400, { hasOtherSeeds: true });
	for (const peer of ["a", "b", "c"]) handout.join(peer, { now: 0, isOurs: true });
	handout.join("liar", { now: 1_000, isOurs: true });
	for (const piece of range(0, 400)) handout.claims("liar", piece, 1_000);
	assert.equal(pass(handout, range(0, 4)), 0);
	const spread = (second: number) => {
		for (const { peer, piece } of handout.next(second * 1000))
			for (const other of [peer, "a", "b", "c"]) handout.holds(other, piece, second * 1000);
	};
	for (const second of range(4, 90)) spread(second);
	assert.equal(handout.next(90_000).length, 0);
});

test("whoever says again and again that it has come with everything is believed for no more than a tenth of the time", () => {
	const handout = handoutOf(2000);
	for (const peer of ["a", "b"]) handout.join(peer, { now: 0, isOurs: true });
	const idle: number[] = [];
	for (const second of range(0, 120)) {
		handout.leave("liar");
		handout.join("liar", { now: second * 1000, isOurs: true });
		for (const piece of range(0, 2000)) handout.claims("liar", piece, second * 1000);
		const gifts = handout.next(second * 1000);
		if (gifts.length === 0) idle.push(second);
		for (const { piece } of gifts) for (const peer of ["a", "b"]) handout.holds(peer, piece, second * 1000);
	}
	assert.ok(idle.length >= 9 && idle.length <= 16, String(idle));
});

test("machines that come back with what they have pass it on, and the source gives what they lack", () => {
	const handout = handoutOf(100);
	const peers = ["a", "b", "c"];
	for (const [index, peer] of peers.entries()) {
		handout.join(peer, { now: 0, isOurs: true });
		for (const piece of range(index * 20, index * 20 + 20)) handout.claims(peer, piece, 0);
	}
	const shown = new Set<number>();
	const passOn = (piece: number, now: number) => {
		for (const peer of peers) handout.holds(peer, piece, now);
	};
	for (const second of range(0, 20)) {
		const now = second * 1000;
		for (const { peer, piece } of handout.next(now)) {
			shown.add(piece);
			handout.holds(peer, piece, now);
			passOn(piece, now);
		}
		for (const first of [0, 20, 40]) passOn(first + second, now);
	}
	assert.deepEqual(
		[...shown].sort((a, b) => a - b),
		range(60, 100),
	);
});

test("pieces that do not exist are not believed", () => {
	const handout = handoutOf(2);
	handout.join("liar", { now: 0, isOurs: true });
	handout.holds("liar", 7, 0);
	handout.holds("liar", -1, 0);
	assert.equal(handout.next(0).length, 2);
});
