import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineTable } from "../../src/discover/machine-table.ts";
import { networkOf } from "../../src/discover/network.ts";
import { PacketGate } from "../../src/discover/packet-gate.ts";
import { ownType, startListening } from "./listening.ts";
import { encodeMdns, recordsOf, sendRaw, startResponder } from "./responder.ts";

function floodPacket(type: string, index: number): Promise<Buffer> {
	const answers = Array.from({ length: 6 }, (_, i) =>
		recordsOf({ name: `flood-${index}-${i}`, type, address: "127.0.0.66" }),
	).flat();
	return encodeMdns((mdns) => mdns.respond(answers));
}

test("5,000 records from one source fill no table, and an honest machine is still seen", async () => {
	const type = ownType();
	await using heard = await startListening(type);
	const packets = await Promise.all(Array.from({ length: 210 }, (_, index) => floodPacket(type, index)));
	await sendRaw("127.0.0.97", packets);
	await using machine = await startResponder({ name: "honest", type, address: "127.0.0.31" });
	machine.announce();
	await heard.until("the honest one is seen", () => heard.of("honest").length > 0);
	const flooded = heard.events.length - 1;
	assert.ok(flooded > 0 && flooded <= 350, `${flooded} of 1,260 invented machines were let in`);
	assert.equal(heard.problems.filter((detail) => detail.includes("more records in a second")).length, 1);
});

test("a full table keeps the machines that answer, refuses newcomers, and always has room for approved ones", () => {
	const lost: string[] = [];
	const table = new MachineTable({
		capacity: 3,
		tell: (change) => change.kind === "lost" && lost.push(change.machine),
	});
	const hear = (machine: string, nowMs: number) =>
		table.hear(
			[
				{
					kind: "service",
					instance: `${machine}._ssh._tcp.local`,
					rank: 0,
					machine,
					host: `${machine}.local`,
					port: 22,
					ttlMs: 900_000,
				},
				{ kind: "address", machine, address: "10.0.0.1", ttlMs: 900_000, replacesOthers: true },
			],
			{ nowMs, link: "10.0.0.9", rankOf: () => 1, isAnswer: false },
		);
	table.protect(new Set(["approved-1", "approved-2"]));
	for (const name of ["approved-1", "a", "b"]) assert.deepEqual(hear(name, 0), []);
	assert.deepEqual(hear("c", 1000), ["c"]);
	assert.deepEqual(hear("approved-2", 1000), []);
	assert.deepEqual(lost, ["a"]);
	hear("b", 100_000);
	assert.deepEqual(hear("c", 101_000), ["c"], "b answers, and approved-1 is never pushed out, silent as it is");
	assert.deepEqual(hear("c", 200_000), []);
	assert.deepEqual(lost, ["a", "b"]);
	assert.equal(table.size, 3);
});

test("only mDNS responses from this link's own addresses are decoded", async () => {
	const network = networkOf("127.0.0.1");
	assert.ok(network);
	const response = await encodeMdns((mdns) =>
		mdns.respond(recordsOf({ name: "x", type: "ssh", address: "127.0.0.2" })),
	);
	const query = await encodeMdns((mdns) => mdns.query("_ssh._tcp.local", "PTR"));
	const gate = new PacketGate(network, 0);
	const judge = (packet: Buffer, address: string, port = 5353) => gate.refusal(packet, { address, port }, 0);
	assert.equal(judge(response, "127.3.2.1"), null);
	assert.equal(judge(response, "198.51.100.7"), "not_for_us");
	assert.equal(judge(response, "127.0.0.1", 40_000), "not_for_us");
	assert.equal(judge(query, "127.0.0.1"), "not_for_us");
	assert.equal(judge(response.subarray(0, 11), "127.0.0.1"), "malformed");
});

test("a source's budget comes back with time, and is its own", async () => {
	const network = networkOf("127.0.0.1");
	assert.ok(network);
	const gate = new PacketGate(network, 0);
	const packet = await floodPacket("ssh", 1);
	const admitted = (address: string, nowMs: number) =>
		Array.from({ length: 100 }, () => gate.refusal(packet, { address, port: 5353 }, nowMs)).filter(
			(refusal) => refusal === null,
		).length;
	assert.equal(admitted("127.0.0.2", 0), 41);
	assert.equal(admitted("127.0.0.3", 0), 41);
	assert.equal(admitted("127.0.0.2", 1000), 9);
});
