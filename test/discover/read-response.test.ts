import assert from "node:assert/strict";
import { test } from "node:test";
import { machineName } from "../../src/discover/machine-name.ts";
import { isMachineAddress } from "../../src/discover/network.ts";
import { readLabels } from "../../src/discover/read-labels.ts";
import { readResponse } from "../../src/discover/read-response.ts";

const lan = { address: "10.0.0.1", isLoopback: false, contains: () => true };

test("takes a machine's name from its host name, and nothing that is not one", () => {
	assert.equal(machineName("Mill-03.local"), "mill-03");
	assert.equal(machineName("mill-03.LOCAL."), "mill-03");
	assert.equal(machineName("web.example.org"), "web.example.org");
	for (const host of ["", ".local", "-x", "a..b", "a b", "a/b", "a\n", "münchen", "x".repeat(64)])
		assert.equal(machineName(host), null, host);
});

test("takes unicast addresses only, and loopback only on loopback", () => {
	for (const address of ["10.0.0.3", "169.254.1.1", "192.0.2.7"]) assert.ok(isMachineAddress(address, lan), address);
	for (const address of ["127.0.0.1", "0.0.0.0", "224.0.0.251", "255.255.255.255", "::1", "x", 7, undefined])
		assert.ok(!isMachineAddress(address, lan), String(address));
	assert.ok(isMachineAddress("127.0.0.9", { ...lan, isLoopback: true }));
});

test("keeps at most 16 labels, the first of each key", () => {
	const strings = Array.from({ length: 20 }, (_, i) => Buffer.from(`label.k${i}=${i}`));
	assert.equal(Object.keys(readLabels(strings)).length, 16);
	assert.deepEqual(readLabels([Buffer.from("label.a=1"), Buffer.from("label.a=2"), Buffer.from("b=3")]), { a: "1" });
	assert.deepEqual(readLabels("no buffer"), {});
});

test("reads only the service types asked for, whatever shape the data has", () => {
	const records = [
		{ type: "SRV", name: "x._http._tcp.local", ttl: 120, data: { target: "x.local", port: 80 } },
		{ type: "SRV", name: "x._ssh._tcp.local", ttl: 120, data: { target: "x.local", port: 0 } },
		{ type: "SRV", name: "x._ssh._tcp.local", ttl: 120, data: null },
		{ type: "PTR", name: "_ssh._tcp.local", ttl: 120, data: "x._http._tcp.local" },
		{ type: "OPT", name: "." },
		{ type: "SRV", name: "X._SSH._tcp.local", ttl: 4_000_000_000, data: { target: "X.local", port: 22 } },
	];
	const { heard } = readResponse({ answers: records, additionals: [] }, ["ssh"], lan);
	assert.deepEqual(heard, [
		{
			kind: "service",
			instance: "x._ssh._tcp.local",
			rank: 0,
			machine: "x",
			host: "X.local",
			port: 22,
			ttlMs: 4_500_000,
		},
	]);
});
