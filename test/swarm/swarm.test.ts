import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { getPriority, networkInterfaces, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SwarmDown } from "../../src/swarm/swarm-down.ts";
import { aria2c } from "./aria2c.ts";
import {
	type Bench,
	digest,
	hasCompleted,
	kill,
	openBench,
	spawnAgent,
	spawnAt,
	until,
	uplinkMultiple,
} from "./workbench.ts";

const hasNoAria2c = spawnSync("aria2c", ["--version"]).error ? "aria2c is not installed here" : false;
const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));
const hasNoIpv6 = hasIpv6 ? false : "there is no IPv6 here";

function spawnAll(bench: Bench) {
	return Promise.all(bench.peers.map(({ machine }) => spawnAgent(bench, machine)));
}

test("a package reaches three machines whole, and the source sends it about once", async () => {
	await using bench = await openBench({ machines: 3 });
	const machines = await spawnAll(bench);
	await until("all have it", () => machines.every(hasCompleted));
	for (const machine of machines) assert.equal(digest(await machine.received()), bench.sha256);
	assert.ok((await uplinkMultiple(bench)) < 2);
	const isSeen = (machine: string) =>
		bench.progress.some((seen) => seen.machine === machine && seen.event === "completed" && seen.leftBytes === 0);
	await until("their progress is told", () => bench.peers.every(({ machine }) => isSeen(machine)));
});

test("a peer yields to whatever else its machine does, and never to less than it was told before", async () => {
	await using bench = await openBench({ machines: 2 });
	const machines = await spawnAll(bench);
	const [first, second] = machines.map(({ child }) => child.pid ?? 0);
	assert.ok(first && second);
	const own = getPriority();
	setPriority(second, Math.max(own, 15));
	await until("all have it", () => machines.every(hasCompleted));
	assert.deepEqual([getPriority(first), getPriority(second)], [Math.max(own, 10), Math.max(own, 15)]);
});

test("eight machines at once, without any limit, cost the source at most three copies", async () => {
	await using bench = await openBench({ machines: 8, sizeBytes: 8_000_000 });
	const machines = await spawnAll(bench);
	await until("all have it", () => machines.every(hasCompleted), 60_000);
	const multiple = await uplinkMultiple(bench);
	assert.ok(multiple >= 1 && multiple <= 3, `the source sent ${multiple.toFixed(2)} copies`);
});

test("machines with IPv4 and with IPv6 alone are served by one swarm", { skip: hasNoIpv6 }, async () => {
	await using bench = await openBench({ machines: 2, isEverywhere: true });
	const [first, second] = bench.peers.map((peer, index) => (index === 1 ? { ...peer, address: "::1" } : peer));
	assert.ok(first && second);
	bench.swarm.admit([first, second]);
	const machines = [await spawnAgent(bench, "m1"), await spawnAgent(bench, "m2", { host: "::1" })];
	await until("both have all", () => machines.every(hasCompleted));
	for (const machine of machines) assert.equal(digest(await machine.received()), bench.sha256);
});

test("aria2c takes part", { skip: hasNoAria2c }, async () => {
	await using bench = await openBench({ machines: 2 });
	const machines = await Promise.all(bench.peers.map(({ machine }) => spawnAt(bench, machine, aria2c)));
	const isThere = async () =>
		(await Promise.all(machines.map(({ received }) => received()))).every((bytes) => digest(bytes) === bench.sha256);
	await until("both have it", isThere, 45_000);
	assert.ok((await uplinkMultiple(bench)) <= 3);
});

test("machines that die with what only they had stop neither the others nor the swarm process", async () => {
	await using bench = await openBench({ machines: 4, sizeBytes: 16_000_000 });
	const [first, second, ...others] = await spawnAll(bench);
	assert.ok(first && second);
	const hasSome = ({ output }: typeof first) => /"downloadedBytes":[1-9]/.test(output()) || hasCompleted(first);
	await until("the first has some", () => hasSome(first) || hasSome(second));
	first.child.kill("SIGKILL");
	second.child.kill("SIGKILL");
	await until("the others have it", () => others.every(hasCompleted), 60_000);
	assert.deepEqual(bench.restarts, []);
});

test("the swarm process is started again when it is killed, on the same ports, and the transfer goes on", async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 32_000_000 });
	const { swarm } = bench;
	const { ports, pid } = swarm;
	const machines = await spawnAll(bench);
	await until("the source sends", async () => (await uplinkMultiple(bench)) > 0.05);
	assert.ok(pid);
	const { sentBytes } = bench;
	const before = await sentBytes();
	process.kill(pid, "SIGKILL");
	await assert.rejects(swarm.countSent(), SwarmDown);
	assert.match(bench.restarts.join(), /SIGKILL/);
	const counts: number[] = [];
	const counted = () =>
		sentBytes().then(
			(bytes) => counts.push(bytes),
			() => 0,
		);
	await until("it counts again", async () => (await counted()) > 0);
	assert.ok((counts[0] ?? 0) >= before, "what the process sent that was killed counts, too");
	await until("all have it", () => machines.every(hasCompleted), 60_000);
	assert.deepEqual(swarm.ports, ports);
	assert.notEqual(swarm.pid, pid);
	assert.deepEqual(await swarm.share(bench.sha256), bench.shared);
});

test("a swarm process that hangs is ended and started again", async () => {
	await using bench = await openBench({ machines: 1 });
	const { pid } = bench.swarm;
	assert.ok(pid);
	process.kill(pid, "SIGSTOP");
	await until("it is ended", () => bench.restarts.length > 0);
	assert.equal(bench.restarts[0], "ended by SIGKILL, since it did not answer any more");
	const shared = await bench.swarm.share(bench.sha256);
	assert.equal(shared.infoHash, bench.shared.infoHash);
	assert.notEqual(bench.swarm.pid, pid);
});

test("a swarm process that fills the memory with buffers is ended and started again, and it is told why", async () => {
	await using bench = await openGreedyBench();
	const { pid } = bench.swarm;
	await until("it is ended", () => bench.restarts.length > 0);
	assert.match(
		bench.restarts[0] ?? "",
		/^ended by SIGKILL, since it held [45]\d\d MiB of memory, and may hold 384 MiB$/,
	);
	assert.deepEqual(await bench.swarm.share(bench.sha256), bench.shared);
	assert.notEqual(bench.swarm.pid, pid);
});

/** A bench whose first swarm process holds 400 MiB in buffers; the next one is as always. */
async function openGreedyBench(): Promise<Bench> {
	const { execPath } = process;
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-greedy-"));
	process.execPath = join(folder, "node");
	try {
		const greed = join(import.meta.dirname, "greedy-child.ts");
		await writeFile(process.execPath, `#!/bin/sh\nexec '${execPath}' --import '${greed}' "$@"\n`, { mode: 0o755 });
		return await openBench({ machines: 1 });
	} finally {
		process.execPath = execPath;
		await rm(folder, { recursive: true });
	}
}

test("sharing again changes nothing, and sharing what is not there is refused", async () => {
	await using bench = await openBench();
	assert.deepEqual(await bench.swarm.share(bench.sha256), bench.shared);
	assert.equal((await bench.swarm.pieces()).length, 1);
	await assert.rejects(bench.swarm.share("0".repeat(64)), /ENOENT/);
});

test("a call to a swarm that was stopped says that it is down", async () => {
	const bench = await openBench();
	await bench[Symbol.asyncDispose]();
	await assert.rejects(bench.swarm.countSent(), { code: "FS-SWARM-DOWN", message: /FS-SWARM-DOWN/ });
	await bench.swarm.stop();
});

test("a package that was retired is held open and seeded no more, and can be shared again", async () => {
	await using bench = await openBench({ machines: 2 });
	const [first, second] = bench.peers;
	assert.ok(first && second);
	const isOpen = async () => {
		const folder = `/proc/${bench.swarm.pid}/fd`;
		const files = (await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => ""));
		return (await Promise.all(files)).includes(join(bench.folder, "packages", bench.sha256));
	};
	const early = await spawnAgent(bench, first.machine);
	await until("the first has it", () => hasCompleted(early));
	assert.equal(await isOpen(), true);
	bench.swarm.retire(bench.sha256);
	await until("its file is let go", async () => !(await isOpen()));
	await bench.swarm.share(bench.sha256);
	await kill(early.child);
	const late = await spawnAgent(bench, second.machine);
	await until("the second has it", () => hasCompleted(late));
	assert.equal(digest(await late.received()), bench.sha256);
});
