import assert from "node:assert/strict";
import { Agent, get } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { type Bench, openBench, until } from "./workbench.ts";

const BURST = 500;
const PER_SECOND = 50;
const FLOOD = 3_000;

/** Answers how to announce as a machine, over one connection. */
function announcerOf({ swarm, shared, peers }: Bench, number: number) {
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	const hash = shared.infoHash.replace(/../g, "%$&");
	const query = `token=${peers[number - 1]?.token}&info_hash=${hash}&peer_id=-FS0100-00000000000${number}`;
	const url = `http://127.0.0.1:${swarm.ports.tracker}/announce?${query}&port=700${number}&left=4000000&compact=1`;
	const announce = (event = "") =>
		new Promise<string>((resolve, reject) => {
			get(`${url}&event=${event}`, { agent }, (response) => resolve(text(response))).on("error", reject);
		});
	return { announce, close: () => agent.destroy() };
}

const isFull = (answer: string) => answer.includes("8:interval");

test("a machine that announces without an end is told when to come back, costs no other one anything, and is heard again", async () => {
	await using bench = await openBench({ machines: 2 });
	const [mad, honest] = [announcerOf(bench, 1), announcerOf(bench, 2)];
	const began = performance.now();
	let last = "";
	for (let time = 0; time < FLOOD; time++) last = await mad.announce();
	const permitted = BURST + (PER_SECOND * (performance.now() - began)) / 1000;
	assert.equal(last, "d14:failure reason19:announced too often8:retry ini1ee", "as BEP 31 has it");
	assert.ok(isFull(await honest.announce("started")));
	await until("the other one was heard", () => bench.progress.some(({ machine }) => machine === "m2"));
	const heard = bench.progress.filter(({ machine }) => machine === "m1").length;
	assert.ok(heard >= BURST && heard <= permitted + 1, `${heard} of ${FLOOD} were heard, ${permitted} are permitted`);
	await until("it is heard again", async () => isFull(await mad.announce()));
	mad.close();
	honest.close();
});

test("a machine that completes hundreds of packages at once, and leaves, is heard each time", async () => {
	await using bench = await openBench({ machines: 1 });
	const { announce, close } = announcerOf(bench, 1);
	for (const event of ["started", "completed", "stopped"])
		for (let time = 0; time < 150; time++) assert.ok(isFull(await announce(event)));
	close();
});
