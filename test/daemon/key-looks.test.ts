import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyLooks } from "../../src/daemon/key-looks.ts";
import type { Machine } from "../../src/model/machine.ts";
import type { Scanned } from "../../src/push/task.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const NAMES = Array.from({ length: 20 }, (_, index) => `mill-${index}`);
const { machines } = fleetOf({ machines: Object.fromEntries(NAMES.map((name) => [name, null])) });
const KEY: Scanned = { kind: "host_key", hostKey: { type: "ssh-ed25519", fingerprint: "SHA256:right" } };

/** Machines that show their key when they are told to. */
function network() {
	const ends: (() => void)[] = [];
	const scanned: string[] = [];
	const time = { now: 0 };
	const scan = ({ name }: Machine) => {
		scanned.push(name);
		return new Promise<Scanned>((resolve) => {
			ends.push(() => resolve(KEY));
		});
	};
	const looks = new KeyLooks({ scan, clock: () => time.now });
	const look = (name: string) => looks.look(machines.get(name) ?? assert.fail(name));
	return { look, scanned, ends, time };
}

test("however many ask for a machine's key at once, the machine is asked once, and again some seconds later", async () => {
	const { look, scanned, ends, time } = network();
	const asked = Array.from({ length: 500 }, () => look("mill-0"));
	ends[0]?.();
	assert.deepEqual(new Set(await Promise.all(asked)), new Set([KEY]));
	time.now = 4_999;
	await look("mill-0");
	assert.deepEqual(scanned, ["mill-0"]);
	time.now = 5_000;
	void look("mill-0");
	assert.deepEqual(scanned, ["mill-0", "mill-0"]);
});

test("the keys of so many machines as stay silent are asked for, and no more, and then of others again", async () => {
	const { look, scanned, ends } = network();
	const asked = NAMES.map(look);
	assert.equal(scanned.length, 8);
	const refused = await Promise.all(asked.slice(8));
	assert.ok(refused.every((each) => each.kind === "failed" && each.failure.code === "FS-API-RATE"));
	for (const end of ends) end();
	await Promise.all(asked);
	void look("mill-19");
	assert.equal(scanned.at(-1), "mill-19");
});
