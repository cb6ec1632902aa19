import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test } from "node:test";
import bencode from "bencode";
import { digest, hasCompleted, type Machine, openBench, spawnAgent, until } from "../swarm/workbench.ts";

function lines({ output }: Machine): readonly Record<string, unknown>[] {
	return output()
		.split("\n")
		.filter((line) => line.startsWith("{") && line.endsWith("}"))
		.map((line) => JSON.parse(line));
}

/** They mostly wait for the tracker's next answer: all at once. */
describe("our peer for one package", { concurrency: true }, () => {
	test("runs the program with the package's path once it is complete, seeds for the time asked, and says goodbye", async () => {
		await using bench = await openBench({ machines: 1 });
		const program = join(bench.folder, "told.sh");
		await writeFile(program, `#!/bin/sh\nprintf '%s|' "$@" > "${bench.folder}/told"\n`);
		await chmod(program, 0o755);
		const machine = await spawnAgent(bench, "m1", { seedSeconds: 1, more: ["--on-complete", program] });
		const [code] = await once(machine.child, "exit");
		assert.equal(code, 0);
		assert.equal(digest(await machine.received()), bench.sha256);
		const [gid, count, path] = (await readFile(join(bench.folder, "told"), "utf8")).split("|");
		assert.match(gid ?? "", /^[0-9a-f]{16}$/);
		assert.equal(count, "1");
		assert.equal(path, join(machine.folder, bench.sha256));
		const completed = lines(machine).find(({ event }) => event === "completed");
		assert.equal(completed?.sizeBytes, bench.content.length);
		assert.equal(completed?.downloadedBytes, bench.content.length);
		await until("the tracker heard the goodbye", () => bench.progress.at(-1)?.event === "stopped");
	});

	test("what is already there is checked and not fetched again", async () => {
		await using bench = await openBench({ machines: 1, sizeBytes: 8_000_000 });
		const half = Buffer.from(bench.content.subarray(0, 4_000_000));
		half[1_000_000] = (half[1_000_000] ?? 0) ^ 1;
		await mkdir(join(bench.folder, "m1"));
		await writeFile(join(bench.folder, "m1", bench.sha256), half);
		const machine = await spawnAgent(bench, "m1");
		await until("it has all", () => hasCompleted(machine));
		assert.equal(digest(await machine.received()), bench.sha256);
		const sent = await bench.sentBytes();
		assert.ok(sent > 4_000_000 && sent < 5_500_000, `the source sent ${sent} bytes`);
	});

	test("what lies there beyond the package's end goes", async () => {
		await using bench = await openBench({ machines: 1 });
		await mkdir(join(bench.folder, "m1"));
		await writeFile(join(bench.folder, "m1", bench.sha256), Buffer.concat([bench.content, Buffer.from("more")]));
		const machine = await spawnAgent(bench, "m1");
		await until("it has all", () => hasCompleted(machine));
		assert.equal(digest(await machine.received()), bench.sha256);
	});

	test("it leaves before its time once nobody waits for the package any more, and says so", async () => {
		await using bench = await openBench({ machines: 2 });
		bench.shape({ awaitedBy: ["m1", "m2"] });
		const machine = await spawnAgent(bench, "m1", { seedSeconds: 600 });
		await until("it seeds", () => hasCompleted(machine));
		await until("it was seen complete", () => bench.progress.filter(({ leftBytes }) => leftBytes === 0).length >= 2);
		assert.equal(machine.child.exitCode, null);
		const gone = once(machine.child, "exit");
		bench.shape({ awaitedBy: ["m1"] });
		assert.deepEqual(await gone, [0, null]);
		assert.ok(lines(machine).some(({ event }) => event === "dismissed"));
		assert.equal(bench.progress.at(-1)?.event, "stopped");
	});

	test("it stays while machines that are out of reach lack the package, as one of the few that do", async () => {
		await using bench = await openBench({ machines: 6 });
		bench.shape({ awaitedBy: [], hasLatecomers: true });
		const machines = await Promise.all(
			["m1", "m2", "m3", "m4", "m5", "m6"].map((name) => spawnAgent(bench, name, { seedSeconds: 600 })),
		);
		for (const machine of machines) await until("it has all", () => hasCompleted(machine));
		const staying = () => machines.filter(({ child }) => child.exitCode === null);
		await until("all but four have left", () => staying().length === 4);
		const before = bench.progress.length;
		await until("they have announced themselves thrice more", () => bench.progress.length >= before + 12);
		assert.equal(staying().length, 4);
		const gone = staying().map(({ child }) => once(child, "exit"));
		bench.shape({ awaitedBy: [] });
		assert.deepEqual(await Promise.all(gone), Array(4).fill([0, null]));
	});

	test("it does not leave before the program has run, whoever waits", async () => {
		await using bench = await openBench({ machines: 1 });
		bench.shape({ awaitedBy: [] });
		const gate = join(bench.folder, "gate");
		const program = join(bench.folder, "slow.sh");
		await writeFile(
			program,
			`#!/bin/sh\nwhile [ ! -e "${gate}" ]; do sleep 0.1; done\necho done > "${bench.folder}/told"\n`,
		);
		await chmod(program, 0o755);
		const machine = await spawnAgent(bench, "m1", { seedSeconds: 600, more: ["--on-complete", program] });
		const complete = () => bench.progress.filter(({ leftBytes }) => leftBytes === 0).length;
		await until("the tracker said three times that nobody waits", () => complete() >= 3);
		assert.equal(machine.child.exitCode, null);
		const gone = once(machine.child, "exit");
		await writeFile(gate, "");
		assert.deepEqual(await gone, [0, null]);
		assert.equal(await readFile(join(bench.folder, "told"), "utf8"), "done\n");
	});

	test("SIGTERM ends it cleanly while it seeds", async () => {
		await using bench = await openBench({ machines: 1 });
		const machine = await spawnAgent(bench, "m1");
		await until("it seeds", () => hasCompleted(machine));
		machine.child.kill("SIGTERM");
		const [code, signal] = await once(machine.child, "exit");
		assert.deepEqual([code, signal], [0, null]);
		await until("the tracker heard the goodbye", () => bench.progress.at(-1)?.event === "stopped");
	});

	test("it gives up with exit code 4 when no byte arrives", async () => {
		await using bench = await openBench({ machines: 1 });
		bench.swarm.admit([]);
		const machine = await spawnAgent(bench, "m1", { more: ["--stall-seconds", "1"] });
		const [code] = await once(machine.child, "exit");
		assert.equal(code, 4);
		assert.ok(
			lines(machine).some(({ event, message }) => event === "stalled" && message === "no byte arrived for 1 s"),
		);
	});

	test("what comes again and again to a disk that is full does not keep it from giving up, and a mark stays there", {
		skip: process.getuid?.() === 0 ? false : "needs root for a small disk",
	}, async () => {
		await using bench = await openBench({ machines: 1 });
		const disk = join(bench.folder, "m1");
		await mkdir(disk);
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
		try {
			const machine = await spawnAgent(bench, "m1", { more: ["--stall-seconds", "8"] });
			const [code] = await once(machine.child, "exit");
			assert.equal(code, 4);
			const messages = lines(machine).map(({ message }) => message);
			assert.equal(messages.at(-1), "the disk took no byte for 8 s");
			assert.equal((await stat(join(disk, "full"))).size, 0);
		} finally {
			execFileSync("umount", ["-l", disk]);
		}
	});

	test("nor does what comes again and again to a disk that refuses it for another reason, of which no mark tells", async () => {
		await using bench = await openBench({ machines: 1 });
		const under = ["/bin/sh", "-c", 'ulimit -f 2048; exec "$@"', "sh"];
		const machine = await spawnAgent(bench, "m1", { more: ["--stall-seconds", "8"], under });
		const [code] = await once(machine.child, "exit");
		assert.equal(code, 4);
		const messages = lines(machine).map(({ message }) => message);
		assert.ok(messages.some((message) => `${message}`.startsWith("EFBIG")));
		assert.equal(messages.at(-1), "the disk took no byte for 8 s");
		await assert.rejects(stat(join(machine.folder, "full")), { code: "ENOENT" });
	});

	test("the time in which no byte arrives begins when it has read what is there", async () => {
		const folder = await mkdtemp(join(tmpdir(), "fleetseed-agent-"));
		try {
			const torrent = join(folder, "package.torrent");
			await writeFile(torrent, largeTorrent());
			await writeFile(join(folder, LARGE_SHA256), "");
			await truncate(join(folder, LARGE_SHA256), LARGE_BYTES);
			const argv = ["fetch", "--torrent", torrent, "--folder", folder, "--seed-seconds", "1", "--stall-seconds", "1"];
			const child = spawn(process.execPath, [AGENT, ...argv], { stdio: ["ignore", "pipe", "inherit"] });
			const said = await text(child.stdout);
			assert.match(said, /^\{"event":"progress","heldBytes":0,/);
			assert.match(said, /"event":"stalled"/);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});

const AGENT = join(import.meta.dirname, "../../src/agent/main.ts");
const LARGE_SHA256 = "a".repeat(64);
/** Takes some seconds to read, though nearly nothing of it is on the disk. */
const LARGE_BYTES = 2 ** 31;
const LARGE_PIECE_BYTES = 2 ** 23;

/** Of a package of which nobody has anything, and whose tracker is away. */
function largeTorrent(): Uint8Array {
	const pieces = Buffer.alloc((LARGE_BYTES / LARGE_PIECE_BYTES) * 20);
	const info = { length: LARGE_BYTES, name: LARGE_SHA256, "piece length": LARGE_PIECE_BYTES, pieces, private: 1 };
	return bencode.encode({ announce: "http://127.0.0.1:9/announce", info });
}
