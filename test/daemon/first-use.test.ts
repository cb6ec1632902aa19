import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FirstUse } from "../../src/daemon/first-use.ts";
import type { Machine } from "../../src/model/machine.ts";
import type { Scanned } from "../../src/push/task.ts";
import { fleetOf } from "../plan/fleet-of.ts";
import { until } from "../push/until.ts";

const KEY = { type: "ssh-ed25519", fingerprint: "SHA256:first" };
const SHOWN: Scanned = { kind: "host_key", hostKey: KEY };
const AWAY: Scanned = { kind: "failed", failure: { code: "FS-SSH-TIMEOUT", detail: "off" } };

function firstUse(t: TestContext, answers: readonly Scanned[]) {
	const scanned: string[] = [];
	const pinned: string[] = [];
	const use = new FirstUse({
		scan: async ({ name }: Machine) => answers[scanned.push(name) - 1] ?? AWAY,
		onKey: (machine, { fingerprint }) => void pinned.push(`${machine} ${fingerprint}`),
		firstPauseMs: 1,
	});
	t.after(() => use.stop());
	return { use, scanned, pinned };
}

const machinesOf = (machine: Partial<Machine>) =>
	fleetOf({ machines: { "mill-01": { trust: { kind: "discovered" }, sources: ["inventory"], ...machine } } }).machines;

test("pins the first key of a machine of the inventory, once it can be read", async (t) => {
	const { use, scanned, pinned } = firstUse(t, [AWAY, AWAY, SHOWN]);
	use.follow(machinesOf({}));
	await until(() => pinned.length > 0);
	assert.deepEqual([pinned, scanned.length], [["mill-01 SHA256:first"], 3]);
});

test("never looks at a machine that is only announced, nor at one that has a key", (t) => {
	const { use, scanned } = firstUse(t, [SHOWN]);
	use.follow(machinesOf({ sources: ["mdns"] }));
	use.follow(machinesOf({ trust: { kind: "approved", hostKeys: [KEY], by: "eva", at: 0 } }));
	use.follow(machinesOf({ trust: { kind: "quarantined", hostKeys: [KEY], saw: KEY, at: 0 } }));
	assert.deepEqual(scanned, []);
});

test("does not replace what a person has pinned while the key was read", async (t) => {
	const { promise, resolve } = Promise.withResolvers<Scanned>();
	const pinned: string[] = [];
	const use = new FirstUse({ scan: () => promise, onKey: (machine) => void pinned.push(machine) });
	t.after(() => use.stop());
	use.follow(machinesOf({}));
	use.follow(machinesOf({ trust: { kind: "approved", hostKeys: [], by: "eva", at: 0 } }));
	resolve(SHOWN);
	await promise;
	await new Promise((done) => setImmediate(done));
	assert.deepEqual(pinned, []);
});
