import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { UplinkMeter } from "../../src/daemon/uplink-meter.ts";
import { Journal } from "../../src/record/journal.ts";

test("each byte is kept once, also where what a broken connection never took is taken back; a swarm that is down adds nothing", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-uplink-"));
	const journal = new Journal(join(folder, "journal.sqlite"));
	t.after(async () => {
		journal.close();
		await rm(folder, { recursive: true });
	});
	const readings: (number | null)[] = [100, -20, 10, null, 40];
	let times = 0;
	const countSent = async () => {
		const bytes = readings.shift();
		if (typeof bytes !== "number") throw new Error("down");
		meter.add([{ sha256: "aa", machine: "m1", bytes }]);
	};
	const meter: UplinkMeter = new UplinkMeter({ countSent }, journal, () => times++);
	for (const kept of [100, 100, 100, 100, 130]) {
		await meter.read();
		assert.equal(journal.uplink().get("aa"), kept);
	}
	assert.equal(times, 5);
});
