import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, statfs, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Delivery } from "../../src/push/task.ts";
import { AGENT, type Bench, openBench } from "../swarm/workbench.ts";
import { lab, NO_LIMITS, putProgram, taskOf } from "./lab.ts";
import { sha256Of } from "./stage.ts";
import { until } from "./until.ts";

const MIB = 2 ** 20;
const SIZE_BYTES = 32 * MIB;
/** Enough for the package and what must be free beside it. */
const DISK_BYTES = 120 * MIB;
const LEFT_BYTES = 12 * MIB;
const EARLIER_BYTES = 8 * MIB;

/** What is written before a transport's torrent or URL. */
const TWO_FILES_BYTES = 8_192;
/** As it is with LANG=de_DE.UTF-8. */
const inGerman = (program: string) => `[ "\${LC_ALL:-}" != C ] || exec /bin/${program} "$@"
/bin/${program} "$@" 2>/dev/null || { echo "${program}: Schreibfehler: Auf dem Gerät ist kein Speicherplatz mehr verfügbar" >&2; exit 1; }`;

const skip = process.getuid?.() === 0 ? false : "needs root for a small disk";

/** A machine with a disk of its own under its state folder, which becomes full once a way to it is chosen. */
async function smallMachine(t: TestContext, bench: Bench, { leftBytes = LEFT_BYTES } = {}) {
	const at = await lab(t);
	const disk = await mountDisk(t);
	await symlink(disk, at.state);
	await putProgram(at.folder, "fleetseed-agent", `exec '${process.execPath}' '${AGENT}' "$@"`);
	const fill = async () => {
		const { bavail, bsize } = await statfs(disk);
		await writeFile(join(disk, "fill"), Buffer.alloc(bavail * bsize - leftBytes));
	};
	const chosen: string[] = [];
	const delivery: Delivery = {
		methods: ["agent", "http", "sftp"],
		sizeBytes: bench.content.length,
		stallMs: 45_000,
		torrent: () => bench.swarm.torrentFor(bench.sha256, { token: "token-1", host: "127.0.0.1" }),
		url: () => urlOf(t, bench.content),
		rates: () => NO_LIMITS,
		heardBytes: () => 0,
		read: (offset) => Readable.from(chunksOf(bench.content.subarray(offset))),
		helperFor: async () => null,
		onReached: () => undefined,
		onChosen: async (method) => {
			if (chosen.push(method) === 1) await fill();
		},
	};
	const deliver = async (more: Partial<Delivery> = {}) => {
		const task = taskOf({ sha256: bench.sha256 });
		return (await at.pusher.deliver(at.target, task, { ...delivery, ...more }, at.signal)).outcome;
	};
	const enlarge = () => execFileSync("mount", ["-o", `remount,size=${4 * DISK_BYTES}`, disk]);
	return { ...at, disk, chosen, deliver, enlarge };
}

async function mountDisk(t: TestContext): Promise<string> {
	const disk = await mkdtemp(join(tmpdir(), "fleetseed-disk-"));
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", disk]);
	t.after(async () => {
		execFileSync("umount", ["-l", disk]);
		await rm(disk, { recursive: true });
	});
	return disk;
}

/** False: something is open for writing there. */
function makeReadOnly(disk: string): boolean {
	return spawnSync("mount", ["-o", "remount,ro", disk]).status === 0;
}

/** Null: there is none. */
async function sizeOf(file: string): Promise<number | null> {
	return (await stat(file).catch(() => null))?.size ?? null;
}

function* chunksOf(content: Buffer) {
	for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

/** Of a server that gives the content from where it is asked for. */
async function urlOf(t: TestContext, content: Buffer): Promise<string> {
	const server = createServer(({ headers }, response) => {
		const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
		const range = { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` };
		response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from, ...(from > 0 ? range : {}) });
		response.end(content.subarray(from));
	});
	t.after(() => void server.closeAllConnections());
	t.after(() => void server.close());
	await once(server.listen(0, "127.0.0.1"), "listening");
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function benchFor(t: TestContext): Promise<Bench> {
	const bench = await openBench({ machines: 1, sizeBytes: SIZE_BYTES });
	t.after(() => bench[Symbol.asyncDispose]());
	return bench;
}

/** They mostly wait. */
describe("a disk that becomes full on the way", { concurrency: true, skip }, () => {
	for (const [method, others] of [
		["agent", ["http", "sftp"]],
		["http", ["agent", "sftp"]],
		["aria2c", ["http", "sftp"]],
	] as const) {
		test(`${method}: a disk that becomes full while the package arrives is told as that, and what is there stays for the next try`, async (t) => {
			const bench = await benchFor(t);
			const { deliver, chosen, enlarge, state, pusher } = await smallMachine(t, bench);
			const methods = [method, ...others];
			const outcome = await deliver({ methods });
			assert.ok(outcome.kind === "failed", JSON.stringify(outcome));
			assert.equal(outcome.failure.code, "FS-DISK-FULL", outcome.failure.detail);
			assert.deepEqual(chosen, [method], "no other way was tried");
			const folder = method === "http" ? "prefix" : "data";
			const { blocks } = await stat(join(state, "incoming", bench.sha256, folder, bench.sha256));
			assert.ok(blocks * 512 > LEFT_BYTES / 2, `${blocks * 512} bytes are there`);
			const before = await bench.sentBytes();
			enlarge();
			const next = await deliver({ methods });
			assert.ok(next.kind === "delivered", JSON.stringify(next));
			assert.equal(next.method, method);
			assert.ok(next.bytes <= SIZE_BYTES - LEFT_BYTES / 2, `${next.bytes} bytes came`);
			const sent = (await bench.sentBytes()) - before;
			assert.ok(sent < SIZE_BYTES - LEFT_BYTES / 2, `the source sent ${sent} bytes`);
			assert.equal(sha256Of(await readFile(join(state, "packages", bench.sha256))), bench.sha256);
			await pusher.stop();
		});
	}

	for (const [method, others, leftBytes] of [
		["agent", ["http", "sftp"], 0],
		["agent", ["http", "sftp"], TWO_FILES_BYTES],
		["http", ["agent", "sftp"], TWO_FILES_BYTES],
	] as const) {
		test(`${method}: a disk that has ${leftBytes} bytes left when a try begins is told as full, in whatever language, and what an earlier try brought stays`, async (t) => {
			const bench = await benchFor(t);
			const { deliver, chosen, enlarge, state, folder } = await smallMachine(t, bench, { leftBytes });
			await putProgram(folder, "cat", inGerman("cat"));
			const prefix = join(state, "incoming", bench.sha256, "prefix");
			await mkdir(prefix, { recursive: true });
			await mkdir(join(state, "packages"));
			await writeFile(join(prefix, bench.sha256), bench.content.subarray(0, EARLIER_BYTES));
			const methods = [method, ...others];
			const outcome = await deliver({ methods });
			assert.ok(outcome.kind === "failed", JSON.stringify(outcome));
			assert.equal(outcome.failure.code, "FS-DISK-FULL", outcome.failure.detail);
			assert.deepEqual(chosen, [method], "no other way was tried");
			enlarge();
			const next = await deliver({ methods });
			assert.ok(next.kind === "delivered", JSON.stringify(next));
			assert.equal(next.bytes, SIZE_BYTES - EARLIER_BYTES);
		});
	}

	test("a disk on which no folder can be made is told as full, in whatever language", async (t) => {
		const bench = await benchFor(t);
		const { deliver, chosen, disk, folder } = await smallMachine(t, bench);
		await putProgram(folder, "mkdir", inGerman("mkdir"));
		const { files, ffree } = await statfs(disk);
		execFileSync("mount", ["-o", `remount,nr_inodes=${files - ffree}`, disk]);
		const outcome = await deliver();
		assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DISK-FULL", JSON.stringify(outcome));
		assert.deepEqual(chosen, []);
	});

	test("a machine that finds room by itself has the package without another try", async (t) => {
		const bench = await benchFor(t);
		const { deliver, chosen, disk, state } = await smallMachine(t, bench);
		const full = join(state, "incoming", bench.sha256, "data", "full");
		const isThere = async () => (await sizeOf(full)) !== null;
		// A look at it is as long as ten seconds.
		const delivering = deliver({ stallMs: 40_000 });
		await until(isThere);
		await rm(join(disk, "fill"));
		const outcome = await delivering;
		assert.ok(outcome.kind === "delivered", JSON.stringify(outcome));
		assert.deepEqual(chosen, ["agent"]);
		while (await isThere()) await delay(20);
	});

	test("a package that arrives whole and leaves no room to say so is staged all the same", async (t) => {
		const bench = await benchFor(t);
		const { deliver, chosen, folder, disk } = await smallMachine(t, bench);
		await writeFile(join(folder, "bytes"), bench.content);
		const agent = [
			"while [ $# -gt 0 ]; do case $1 in --folder) folder=$2 ;; --on-complete) program=$2 ;; esac; shift; done",
			`rm -f "${disk}/fill"; cp ~/bytes "$folder/${bench.sha256}"; cat /dev/zero > "${disk}/fill"`,
			`"$program" gid 1 "$folder/${bench.sha256}"; exec sleep 20`,
		];
		await putProgram(folder, "fleetseed-agent", agent.join("\n"));
		const outcome = await deliver({ stallMs: 4_000 });
		assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DISK-FULL", JSON.stringify(outcome));
		const next = await deliver();
		assert.ok(next.kind === "delivered" && next.method === "already_staged", JSON.stringify(next));
		assert.deepEqual(chosen, ["agent", "already_staged"]);
	});

	test("a disk that becomes read-only on the way is told as that, long before its package counts as stalled", async (t) => {
		const bench = await benchFor(t);
		const { deliver, chosen, folder, state } = await smallMachine(t, bench);
		const incoming = await mountDisk(t);
		await symlink(incoming, join(state, "incoming"));
		const agent = [
			"while [ $# -gt 0 ]; do case $1 in --folder) folder=$2 ;; esac; shift; done",
			`while sleep 0.05; do head -c 65536 /dev/zero >> "$folder/${bench.sha256}"; done`,
		];
		await putProgram(folder, "fleetseed-agent", agent.join("\n"));
		const delivering = deliver();
		const data = join(incoming, bench.sha256, "data", bench.sha256);
		await until(async () => ((await sizeOf(data)) ?? 0) > MIB && makeReadOnly(incoming));
		const outcome = await delivering;
		assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DISK-READONLY", JSON.stringify(outcome));
		assert.deepEqual(chosen, ["agent"]);
		assert.ok(((await sizeOf(data)) ?? 0) > MIB);
	});
});
