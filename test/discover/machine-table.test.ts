import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineTable } from "../../src/discover/machine-table.ts";
import type { Heard } from "../../src/discover/read-response.ts";

const S = 1000;
const instance = "mill-03._ssh._tcp.local";

function service(over: Partial<Extract<Heard, { kind: "service" }>> = {}): Heard {
	return {
		kind: "service",
		instance,
		rank: 0,
		machine: "mill-03",
		host: "mill-03.local",
		port: 22,
		ttlMs: 120 * S,
		...over,
	};
}

function address(over: Partial<Extract<Heard, { kind: "address" }>> = {}): Heard {
	return { kind: "address", machine: "mill-03", address: "10.0.0.3", ttlMs: 120 * S, replacesOthers: true, ...over };
}

/** A table whose news is text, and a machine that is heard at given seconds. */
function open() {
	const said: string[] = [];
	let second = 0;
	const table = new MachineTable({
		capacity: 10,
		tell: (change) =>
			said.push(
				change.kind === "seen"
					? `${second} seen ${change.sighting.address}:${change.sighting.port}`
					: `${second} lost ${change.reason}`,
			),
	});
	const at = (
		now: number,
		heard: readonly Heard[],
		over: { isAnswer?: boolean; link?: string; sender?: string } = {},
	) => {
		second = now;
		table.expire(now * S);
		const rankOf = (other: string) => (other === over.sender ? 2 : 1);
		table.hear(heard, { nowMs: now * S, link: over.link ?? "10.0.0.1", rankOf, isAnswer: over.isAnswer ?? false });
	};
	return { table, said, at };
}

test("answers to our own queries refresh a machine at most every 30 seconds", () => {
	const { said, at } = open();
	for (let second = 0; second <= 120; second += 20) at(second, [service(), address()], { isAnswer: true });
	assert.deepEqual(said, ["0 seen 10.0.0.3:22", "40 seen 10.0.0.3:22", "80 seen 10.0.0.3:22", "120 seen 10.0.0.3:22"]);
});

test("an announcement after a pause says that the machine is back, at most once in 5 seconds", () => {
	const { said, at } = open();
	for (const second of [0, 1, 3, 12, 13, 15, 21]) at(second, [service(), address()]);
	assert.deepEqual(said, ["0 seen 10.0.0.3:22", "12 seen 10.0.0.3:22", "21 seen 10.0.0.3:22"]);
});

test("an answer after two unanswered queries says that the machine is back", () => {
	const { said, at } = open();
	at(0, [service(), address()]);
	at(1, [service(), address()], { isAnswer: true });
	at(50, [service(), address()], { isAnswer: true });
	assert.equal(said.length, 2);
});

test("without an SRV or an A record that lives, a machine is lost", () => {
	const { said, at } = open();
	at(0, [service({ ttlMs: 300 * S }), address({ ttlMs: 10 * S })]);
	at(9, []);
	assert.equal(said.length, 1);
	at(10, []);
	assert.deepEqual(said, ["0 seen 10.0.0.3:22", "10 lost expired"]);
	at(20, [address()]);
	assert.equal(said.at(-1), "20 seen 10.0.0.3:22");
});

test("a goodbye takes a second, so that a machine that only changes its address is never lost", () => {
	const { said, at } = open();
	at(0, [service(), address()]);
	at(10, [address({ ttlMs: 0 })]);
	at(10.5, [address({ address: "10.0.0.4" })]);
	at(12, []);
	assert.deepEqual(said, ["0 seen 10.0.0.3:22", "10.5 seen 10.0.0.4:22"]);
	at(20, [{ kind: "pointer", instance, ttlMs: 0 }]);
	at(21, []);
	assert.equal(said.at(-1), "21 lost goodbye");
});

test("the sender's own address counts before others, and a flush on one link leaves the other link's alone", () => {
	const { said, at } = open();
	at(0, [service(), address({ address: "172.17.0.1", replacesOthers: false }), address()], { sender: "10.0.0.3" });
	at(5, [service(), address({ address: "10.9.0.3" })], { link: "10.9.0.1" });
	at(10, [service(), address()], { sender: "10.0.0.3" });
	assert.deepEqual(new Set(said.map((line) => line.split(" ")[2])), new Set(["10.0.0.3:22"]));
	at(200, []);
	assert.equal(said.at(-1), "200 lost expired");
});

test("the first service type's port counts", () => {
	const { said, at } = open();
	at(0, [service({ instance: "mill-03._fleetseed._tcp.local", rank: 1, port: 2222 }), address()]);
	at(5, [service({ port: 22 })]);
	assert.deepEqual(said, ["0 seen 10.0.0.3:2222", "5 seen 10.0.0.3:22"]);
});

test("a service that moved to another machine leaves the first", () => {
	const { table, said, at } = open();
	at(0, [service(), address()]);
	at(5, [service({ machine: "mill-04" }), address({ machine: "mill-04", address: "10.0.0.4" })]);
	at(7, []);
	assert.deepEqual(said, ["0 seen 10.0.0.3:22", "5 seen 10.0.0.4:22", "7 lost goodbye"]);
	assert.ok(table.knows(instance), "it is mill-04's now");
});

test("one machine holds a few services and addresses, however many are claimed", () => {
	const { table, at } = open();
	const many = Array.from({ length: 100 }, (_, i) => i);
	at(0, [
		...many.map((i) => service({ instance: `${i}.${instance}` })),
		...many.map((i) => address({ address: `10.0.1.${i}`, replacesOthers: false })),
	]);
	assert.equal(many.filter((i) => table.knows(`${i}.${instance}`)).length, 4);
});
