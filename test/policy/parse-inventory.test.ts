import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { matchesGlob } from "../../src/policy/glob.ts";
import { groupsOf, type Inventory, parseInventory } from "../../src/policy/parse-inventory.ts";

const text = `
version: 1
machines:
  - {name: mill-01, address: 10.0.4.17, groups: [press], labels: {site: north}}
  - {name: mill-02, address: "fe80::1%eth0", port: 2222, host_keys: "ssh-ed25519 AAAA root@a\\necdsa-sha2-nistp256 BBBB="}
groups:
  office: [mill-01, "mill-1*"]
  all: ["*"]
`;

function inventoryOf(yaml: string): Inventory {
	const parsed = parseInventory(yaml, "inventory.yaml");
	assert.ok("inventory" in parsed);
	return parsed.inventory;
}

test("reads machines with their defaults and all their groups", () => {
	assert.deepEqual(inventoryOf(text).machines, [
		{
			name: "mill-01",
			address: "10.0.4.17",
			port: 22,
			groups: ["all", "office", "press"],
			labels: { site: "north" },
		},
		{
			name: "mill-02",
			address: "fe80::1%eth0",
			port: 2222,
			groups: ["all"],
			labels: {},
			hostKeys: "ssh-ed25519 AAAA root@a\necdsa-sha2-nistp256 BBBB=",
		},
	]);
});

test("gives groups by name to machines that are not listed", () => {
	const inventory = inventoryOf(text);
	assert.deepEqual(groupsOf("mill-17", inventory), ["all", "office"]);
	assert.deepEqual(groupsOf("mill-01", inventory), ["all", "office", "press"]);
	assert.deepEqual(groupsOf("lathe", inventory), ["all"]);
});

test("names every problem with the inventory's one code", () => {
	const broken = `version: 1\nmachines:\n  - {name: a, address: "b c", port: 0}\n  - {name: a, address: b, labels: {x: 1}}\ngroups: {"o f": [a]}\nmachine: []\n`;
	const parsed = parseInventory(broken, "inventory.yaml");
	assert.ok("problems" in parsed);
	assert.deepEqual(
		parsed.problems.map(({ code, line, column, path }) => `${line}:${column} ${path} ${code}`),
		[
			"3:24 machines[0].address FS-INVENTORY",
			"3:37 machines[0].port FS-INVENTORY",
			"4:12 machines[1].name FS-INVENTORY",
			"4:39 machines[1].labels.x FS-INVENTORY",
			'5:10 groups["o f"] FS-INVENTORY',
			"6:1 machine FS-INVENTORY",
		],
	);
});

test("gives limits and broken YAML the inventory's code as well", () => {
	for (const broken of ["[".repeat(100), "a".repeat(300_000), "a: 'b"]) {
		const parsed = parseInventory(broken, "inventory.yaml");
		assert.deepEqual("problems" in parsed && parsed.problems[0]?.code, "FS-INVENTORY");
	}
});

test("matches a glob as the regular expression of the same meaning does", () => {
	const glob = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
	const name = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 10 });
	const judge = (pattern: string, candidate: string) => {
		const source = pattern.replaceAll("?", ".").replaceAll("*", ".*");
		assert.equal(matchesGlob(pattern, candidate), new RegExp(`^${source}$`).test(candidate));
	};
	fc.assert(fc.property(glob, name, judge), { numRuns: 5000 });
});
