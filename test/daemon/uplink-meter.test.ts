import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { UplinkMeter } from "../../src/daemon/uplink-meter.ts";
import { Journal } from "../../src/record/journal.ts";
import type { Swarm } from "../../src/swarm/swarm.ts";

test("each byte is kept once, also where what a broken connection never took is taken back; a swarm that is down adds nothing", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-uplink-"));
	const journal = new Journal(join(folder, "journal.sqlite"));
	t.after(async () => {
		journal.close();
		await rm(folder, { recursive: true });
	});
	const readings = [100, 80, 90, null, 130];
	const told: number[] = [];
	const totals = async () => {
		const uploadedBytes = readings.shift();
		if (typeof uploadedBytes !== "number") throw new Error("down");
		return [{ sha256: "aa", uploadedBytes, byMachine: {} }];
	};
	const meter = new UplinkMeter({ totals } as unknown as Swarm, journal, ([total]) =>
		told.push(total?.uploadedBytes ?? 0),
	);
	for (const kept of [100, 100, 100, 100, 130]) {
		await meter.read();
		assert.equal(journal.uplink().get("aa"), kept);
	}
	assert.deepEqual(told, [100, 80, 90, 0, 130]);
});
