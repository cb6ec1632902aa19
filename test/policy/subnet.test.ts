import assert from "node:assert/strict";
import { test } from "node:test";
import { isInSubnet, parseSubnet } from "../../src/policy/subnet.ts";

function contains(subnet: string, address: string): boolean {
	const parsed = parseSubnet(subnet);
	assert.ok(parsed, subnet);
	return isInSubnet(parsed, address);
}

for (const [subnet, inside, outside] of [
	["10.2.0.0/16", "10.2.255.255", "10.3.0.0"],
	["10.2.3.128/25", "10.2.3.128", "10.2.3.127"],
	["10.2.3.4/32", "10.2.3.4", "10.2.3.5"],
	["0.0.0.0/0", "255.255.255.255", "::1"],
	["::/0", "fe80::1", "10.0.0.1"],
	["fd00:2::/32", "fd00:2:ffff::1", "fd00:3::1"],
	["fd00:2:0:0:0:0:0:0/32", "FD00:2::A", "fd00:2.example"],
	["fe80::/10", "fe80::1%eth0", "fec0::1"],
	["10.2.0.0/16", "::ffff:10.2.0.1", "::ffff:10.3.0.1"],
	["::1/128", "0:0:0:0:0:0:0:1", "::2"],
	["10.0.0.0/8", "10.0.0.1", "desk-10.example.org"],
] as const) {
	test(`${inside} is in ${subnet}, and ${outside} is not`, () => {
		assert.ok(contains(subnet, inside));
		assert.ok(!contains(subnet, outside));
	});
}

test("what is no subnet is none", () => {
	const wrong = ["10.2.0.0", "10.2.0.0/33", "10.2.0.1/16", "10.2.0/16", "010.2.0.0/16", "256.0.0.0/8", "10.0.0.0/8 "];
	const wrong6 = [
		"fd00::/129",
		"fd00::1/64",
		"1::2::/16",
		"1:2:3:4:5:6:7:8::/128",
		"12345::/16",
		"g::/8",
		"fe80::%1/10",
	];
	for (const text of [...wrong, ...wrong6, "", "/8", "x/8"]) assert.equal(parseSubnet(text), null, text);
});
