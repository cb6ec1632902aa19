import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hasCompleted, type Machine, openBench, spawnAgent, until, uplinkMultiple } from "./workbench.ts";

const MIB = 2 ** 20;

/** What the machine said last of what it received. */
function receivedBytes({ output }: Machine): number {
	return Number([...output().matchAll(/"downloadedBytes":(\d+)/g)].at(-1)?.[1] ?? 0);
}

/** They mostly wait for the tracker's next answer: all at once. */
describe("limits", { concurrency: true }, () => {
	test("a machine receives no faster than its limit", async () => {
		await using bench = await openBench({ machines: 1, sizeBytes: 4 * MIB });
		bench.shape({ down: MIB });
		const machine = await spawnAgent(bench, "m1");
		await until("it receives", async () => (await bench.sentBytes("m1")) > 0);
		const began = performance.now();
		await until("it has all", () => hasCompleted(machine));
		const tookMs = performance.now() - began;
		assert.ok(tookMs >= 3_500, `${tookMs} ms`);
	});

	test("a limit that is lifted lets the rest come at once", async () => {
		await using bench = await openBench({ machines: 1, sizeBytes: 16 * MIB });
		bench.shape({ down: 256 * 1024 });
		const machine = await spawnAgent(bench, "m1");
		await until("it receives", () => receivedBytes(machine) > 0);
		const began = { bytes: receivedBytes(machine), at: performance.now() };
		await until("it has received for 2 s", () => performance.now() - began.at > 2_000);
		const slowly = receivedBytes(machine) - began.bytes;
		assert.ok(slowly > 0 && slowly < 2 * MIB, `${slowly} bytes in 2 s`);
		bench.shape();
		// At the limit the rest would take a minute.
		await until("it has all", () => hasCompleted(machine));
	});

	test("a limit that is set in the middle holds from the next answer of the tracker", async () => {
		await using bench = await openBench({ machines: 2, sizeBytes: 64 * MIB });
		bench.shape({ down: 4 * MIB });
		const machine = await spawnAgent(bench, "m1");
		await until("it receives", () => receivedBytes(machine) > 0);
		bench.shape({ down: 64 * 1024 });
		const answers = bench.progress.length;
		await until("it asked again", () => bench.progress.length > answers + 1);
		const [before, at] = [receivedBytes(machine), performance.now()];
		await until("it has received for 3 s", () => performance.now() - at > 3_000);
		const after = receivedBytes(machine) - before;
		assert.ok(after < 2 * MIB, `${after} bytes in 3 s`);
	});

	test("the source sends no faster than its limit, and at once what is left when that is lifted", async () => {
		await using bench = await openBench({ machines: 1, sizeBytes: 16 * MIB });
		bench.shape({ source: MIB });
		const machine = await spawnAgent(bench, "m1");
		await until("the source sends", async () => (await bench.sentBytes("m1")) > 0);
		const began = { bytes: await bench.sentBytes("m1"), at: performance.now() };
		await until("it sent for 3 s", () => performance.now() - began.at > 3_000);
		const sent = (await bench.sentBytes("m1")) - began.bytes;
		assert.ok(sent > 0 && sent < 6 * MIB, `${sent} bytes in 3 s`);
		assert.ok(!hasCompleted(machine));
		bench.shape();
		await until("it has all", () => hasCompleted(machine));
	});

	test("machines pass on what they have, and no faster than their limit", async () => {
		await using bench = await openBench({ machines: 2, sizeBytes: 2 * MIB });
		bench.shape({ up: 128 * 1024, source: MIB });
		const machines = await Promise.all(["m1", "m2"].map((name) => spawnAgent(bench, name)));
		await until("the source sends", async () => (await uplinkMultiple(bench)) > 0);
		const began = performance.now();
		await until("both have all", () => machines.every(hasCompleted), 60_000);
		const passedOn = machines.map(({ output }) =>
			Number([...output().matchAll(/"uploadedBytes":(\d+)/g)].at(-1)?.[1] ?? 0),
		);
		const most = 128 * 1024 * ((performance.now() - began) / 1000 + 2);
		for (const bytes of passedOn) assert.ok(bytes <= most, `${bytes} passed on, at most ${most}`);
		// The source sends about one copy for two machines: the other is theirs.
		const least = bench.shared.sizeBytes / 2;
		const together = passedOn.reduce((sum, bytes) => sum + bytes, 0);
		assert.ok(together >= least, `${together} passed on by both, at least ${least}`);
	});

	test("across a site's slow link goes about one copy, and the site's machines have the rest from each other", async () => {
		await using bench = await openBench({ machines: 4, sizeBytes: 8 * MIB });
		const [here, ...far] = bench.peers;
		assert.ok(here);
		bench.swarm.admit([here, ...far.map((peer) => ({ ...peer, site: "graz" }))]);
		const machines = await Promise.all(far.map(({ machine }) => spawnAgent(bench, machine)));
		await until("the site has it", () => machines.every(hasCompleted), 60_000);
		const sentBytes = await bench.sentBytes();
		const sent = [...bench.sent].filter(([, bytes]) => bytes > 0);
		assert.equal(sent.length, 1, JSON.stringify(sent));
		assert.ok(sentBytes < 1.2 * 8 * MIB, JSON.stringify(sent));
		const [gateway] = sent[0] ?? [];
		for (const machine of machines)
			if (machine.machine !== gateway) assert.match(machine.output(), /"event":"completed".*"sourceBytes":0,/);
	});
});
