import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { approvalsInAdvance } from "../../src/daemon/approve-in-advance.ts";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { parseKnownHosts } from "../../src/push/known-hosts.ts";
import { APPROVED, fleetOf } from "../plan/fleet-of.ts";

const key = (line: string) => line.split(" ").slice(0, 2).join(" ");
const mine = key(makeKeyPair().public);
const other = key(makeKeyPair().public);
const hostKey = (line: string) => hostKeyOf(Buffer.from(line.split(" ")[1] ?? "", "base64"));
const discovered = fleetOf({ machines: { "mill-01": { trust: { kind: "discovered" } } } });
const inventoryOf = (hostKeys?: string) => {
	const machine = { name: "mill-01", address: "10.0.0.1", port: 22, groups: [], labels: {} };
	return { machines: hostKeys === undefined ? [] : [{ ...machine, hostKeys }], groups: [] };
};
const approvals = (knownHosts: string, hostKeys?: string, fleet = discovered) =>
	approvalsInAdvance(fleet, { inventory: inventoryOf(hostKeys), knownHosts: parseKnownHosts(knownHosts) }, 7).approvals;

test("known_hosts approves a discovered machine, by its name or its address", () => {
	const expected = [
		{ kind: "MachineApproved", machine: "mill-01", hostKeys: [hostKey(mine)], by: "known_hosts", at: 7 },
	];
	assert.deepEqual(approvals(`mill-01 ${mine}\n`), expected);
	assert.deepEqual(approvals(`10.0.0.1 ${mine}\n`), expected);
	assert.deepEqual(approvals(`mill-02 ${mine}\n`), []);
});

test("the inventory's host keys approve too, and outrank known_hosts", () => {
	const [approval] = approvals(`mill-01 ${other}\n`, `${mine}\n`);
	assert.ok(approval?.kind === "MachineApproved");
	assert.deepEqual([approval.by, approval.hostKeys], ["inventory", [hostKey(mine)]]);
});

test("a revoked key approves nobody, wherever it is listed", () => {
	assert.deepEqual(approvals(`mill-01 ${mine}\n@revoked * ${mine}\n`, mine), []);
});

test("a pinned key is never changed by a file", () => {
	assert.deepEqual(
		approvals(`mill-01 ${other}\n`, other, fleetOf({ machines: { "mill-01": { trust: APPROVED } } })),
		[],
	);
});

test("a machine that nothing vouches for is looked up once as it is, and anew when the files were read again", () => {
	let lookedUp = 0;
	const counted = (text: string) => {
		const knownHosts = parseKnownHosts(text);
		const counting = {
			...knownHosts,
			get named() {
				lookedUp += 1;
				return knownHosts.named;
			},
		};
		return { inventory: inventoryOf(), knownHosts: counting };
	};
	const vouchers = counted(`mill-02 ${mine}\n`);
	assert.deepEqual(approvalsInAdvance(discovered, vouchers, 7).approvals, []);
	const once = lookedUp;
	assert.ok(once > 0);
	assert.deepEqual(approvalsInAdvance(discovered, vouchers, 8).approvals, []);
	assert.equal(lookedUp, once);
	const moved = fleetOf({ machines: { "mill-01": { trust: { kind: "discovered" } } } });
	assert.deepEqual(approvalsInAdvance(moved, vouchers, 8).approvals, []);
	assert.ok(lookedUp > once, "another address may be known");
	assert.equal(approvalsInAdvance(discovered, counted(`mill-01 ${mine}\n`), 9).approvals.length, 1);
});

test("many machines and many hashed lines are looked at in parts, and each machine is approved in the end", () => {
	const names = Array.from({ length: 40 }, (_, index) => `mill-${index}`);
	const lines = names.map((name) => `${hashed(name)} ${mine}`);
	const strangers = Array.from({ length: 1_960 }, (_, index) => `${hashed(`other-${index}`)} ${other}`);
	const vouchers = { inventory: inventoryOf(), knownHosts: parseKnownHosts([...strangers, ...lines].join("\n")) };
	const trusted = new Set<string>();
	let parts = 0;
	for (let isPartial = true; isPartial; parts++) {
		const machines = names.map((name) => [name, { trust: trusted.has(name) ? APPROVED : { kind: "discovered" } }]);
		const vouched = approvalsInAdvance(fleetOf({ machines: Object.fromEntries(machines) }), vouchers, parts);
		for (const approval of vouched.approvals) if (approval.kind === "MachineApproved") trusted.add(approval.machine);
		isPartial = vouched.isPartial;
	}
	assert.deepEqual([...trusted], names);
	assert.equal(parts, 3, "15 machines with 2,000 lines each in one go");
});

function hashed(name: string): string {
	const salt = randomBytes(20);
	return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
}
