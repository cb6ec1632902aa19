import assert from "node:assert/strict";
import { test } from "node:test";
import { type Announced, type Meeting, NeighbourGraph } from "../../src/swarm/neighbour-graph.ts";

/** Always the same lots, well mixed. */
function lots(): () => number {
	let state = 1;
	return () => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};
}

function graphOf() {
	const graph = new NeighbourGraph({ chance: lots() });
	const announce = (
		key: string,
		{ now = 0, ...told }: Partial<Announced> & { readonly now?: number } = {},
	): Meeting => {
		const usual = { site: null, leftBytes: 100, receivedBytes: 0, silentMs: told.forgetMs ?? 90_000, forgetMs: 90_000 };
		return graph.announce({ key, machine: `machine of ${key}`, ...usual, ...told }, now);
	};
	return { graph, announce };
}

test("in a small swarm everybody meets everybody, and each knows whom to let in", () => {
	const { announce } = graphOf();
	for (const key of ["a", "b", "c"]) announce(key);
	assert.deepEqual(new Set(announce("a").peers), new Set(["b", "c"]));
	assert.deepEqual(new Set(announce("b").peers), new Set(["a", "c"]));
	assert.ok(announce("c").isFed);
});

test("in a large swarm each meets a few, all are reached, meetings are mutual, and the source serves a few", () => {
	const { announce } = graphOf();
	const keys = Array.from({ length: 2000 }, (_, index) => `10.0.0.1:${index}`);
	for (const key of [...keys, ...keys]) announce(key);
	const met = new Map(keys.map((key) => [key, announce(key)]));
	for (const [key, { peers }] of met) {
		assert.ok(peers.length >= 10 && peers.length <= 40, `${key} meets ${peers.length}`);
		for (const peer of peers) assert.ok(met.get(peer)?.peers.includes(key), `${peer} does not know ${key}`);
	}
	assert.equal([...met.values()].filter(({ isFed }) => isFed).length, 48);
	const reached = new Set([keys[0] as string]);
	for (const key of reached) for (const peer of met.get(key)?.peers ?? []) reached.add(peer);
	assert.equal(reached.size, keys.length);
});

test("of a site behind a slow link one machine fetches across it, and the others share what it has", () => {
	const { announce } = graphOf();
	for (const key of ["here-1", "here-2"]) announce(key);
	for (const key of ["far-1", "far-2", "far-3"]) announce(key, { site: "far" });
	assert.ok(announce("far-1", { site: "far" }).isFed);
	assert.deepEqual(new Set(announce("far-1", { site: "far" }).peers), new Set(["far-2", "far-3", "here-1", "here-2"]));
	for (const key of ["far-2", "far-3"]) {
		const { isFed, peers } = announce(key, { site: "far" });
		assert.ok(!isFed);
		assert.ok(peers.every((peer) => peer.startsWith("far-")));
	}
	assert.deepEqual(new Set(announce("here-1").peers), new Set(["here-2", "far-1"]));
});

test("a gateway that is moved to another site is none there, and leaves its place to another", () => {
	const { announce } = graphOf();
	for (const key of ["far-1", "far-2"]) announce(key, { site: "far" });
	announce("near-1", { site: "near" });
	const moved = announce("far-1", { site: "near" });
	assert.ok(!moved.isFed);
	assert.deepEqual(moved.peers, ["near-1"]);
	assert.ok(announce("far-2", { site: "far" }).isFed);
	assert.ok(announce("far-2").isFed);
});

test("a gateway that gets no further, or leaves, gives its place to the machine that has most", () => {
	const { graph, announce } = graphOf();
	announce("far-1", { site: "far" });
	announce("far-2", { site: "far", leftBytes: 90 });
	announce("far-3", { site: "far", leftBytes: 40 });
	for (const now of [30_000, 50_000]) announce("far-1", { site: "far", now });
	assert.ok(announce("far-3", { site: "far", leftBytes: 40, now: 50_000 }).isFed);
	assert.ok(!announce("far-1", { site: "far", now: 50_000 }).isFed);
	graph.leave("far-3");
	assert.ok(announce("far-2", { site: "far", leftBytes: 90, now: 50_000 }).isFed);
});

test("a gateway that receives gets further, though over a slow link no piece is whole for long", () => {
	const { announce } = graphOf();
	announce("far-1", { site: "far" });
	announce("far-2", { site: "far" });
	for (const now of [30_000, 60_000]) announce("far-1", { site: "far", receivedBytes: now, now });
	assert.ok(!announce("far-2", { site: "far", now: 60_000 }).isFed);
	announce("far-1", { site: "far", receivedBytes: 60_000, now: 90_000 });
	assert.ok(announce("far-2", { site: "far", now: 105_000 }).isFed);
});

test("a gateway that has fallen silent, even with everything, gives its place to one that has not", () => {
	const { announce } = graphOf();
	const far = { site: "far", silentMs: 15_000 };
	announce("far-1", { ...far, leftBytes: 0 });
	announce("far-2", { ...far, leftBytes: 10 });
	announce("far-3", far);
	announce("far-3", { ...far, now: 15_000 });
	assert.ok(!announce("far-3", { ...far, now: 15_000 }).isFed);
	assert.ok(announce("far-3", { ...far, now: 16_000 }).isFed, "far-2 has more, and is silent too");
	assert.ok(!announce("far-2", { ...far, leftBytes: 10, now: 16_000 }).isFed);
});

test("whoever has fallen silent gives its place at the source to one that waits for it", () => {
	const { announce } = graphOf();
	for (let index = 0; index < 48; index++) announce(`old-${index}`, { silentMs: 15_000 });
	assert.ok(!announce("new", { now: 15_000 }).isFed);
	assert.ok(announce("new", { now: 15_001 }).isFed);
});

test("a machine that announces itself at ever new ports takes the source from nobody", () => {
	const { graph, announce } = graphOf();
	for (let port = 1; port <= 200; port++) announce(`10.0.0.66:${port}`, { machine: "mad", now: port });
	assert.equal(graph.size, 4);
	const { peers, isFed } = announce("10.0.0.1:1", { now: 201 });
	assert.ok(isFed);
	assert.deepEqual(
		peers,
		[197, 198, 199, 200].map((port) => `10.0.0.66:${port}`),
		"its newest lives",
	);
	announce("10.0.0.66:200", { machine: "mad", leftBytes: 0, now: 202 });
	assert.ok(graph.isComplete("mad"));
	announce("10.0.0.66:197", { machine: "heir", leftBytes: 0, now: 203 });
	assert.ok(graph.isComplete("heir"), "who has its address now");
	for (const port of [197, 198, 199, 200]) graph.leave(`10.0.0.66:${port}`);
	assert.ok(!graph.isComplete("mad"));
});

test("two that hold everything do not meet, and one of them is told to whoever lacks something", () => {
	const { graph, announce } = graphOf();
	announce("full-1", { leftBytes: 0 });
	assert.deepEqual(announce("full-2", { leftBytes: 0 }).peers, []);
	assert.deepEqual(new Set(announce("empty").peers), new Set(["full-1", "full-2"]));
	assert.deepEqual(announce("full-1", { leftBytes: 0 }).peers, ["empty"]);
	assert.ok(graph.hasComplete());
	assert.ok(graph.isComplete("machine of full-1"));
	assert.ok(!graph.isComplete("machine of empty"));
});

test("who did not announce for a while is no longer told of, and gives its place at the source back", () => {
	const { graph, announce } = graphOf();
	for (let index = 0; index < 48; index++) announce(`old-${index}`);
	assert.ok(!announce("new", { now: 80_000 }).isFed);
	const meeting = announce("new", { now: 100_000 });
	assert.ok(meeting.isFed);
	assert.deepEqual(meeting.peers, []);
	assert.equal(graph.size, 1);
});

test("a stranger that announces every five minutes is told of between", () => {
	const { announce } = graphOf();
	announce("stranger", { leftBytes: 0, forgetMs: 720_000 });
	assert.deepEqual(announce("new", { now: 300_000 }).peers, ["stranger"]);
	assert.deepEqual(announce("new", { now: 800_000 }).peers, []);
});
