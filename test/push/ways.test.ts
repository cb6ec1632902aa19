import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { AllowList } from "../../src/swarm/allow-list.ts";
import { HttpSource } from "../../src/swarm/http-source.ts";
import { Sent } from "../../src/swarm/sent.ts";
import { bareMachine, CONTENT, helperOf, PEER, SHA256 } from "./bare-machine.ts";
import { putProgram } from "./lab.ts";
import { sha256Of } from "./stage.ts";
import { until } from "./until.ts";

test("goes the first way that the machine can, and says why each one before it was passed over", async (t) => {
	const { deliver, chosen, staged } = await bareMachine(t);
	const { outcome } = await deliver();
	assert.ok(outcome.kind === "delivered");
	const because =
		"the SSH session itself can carry it; passed over: agent (the machine has no fleetseed-agent), helper (none is built for Linux on x86_64), aria2c (the machine has no aria2c), http (the machine has neither curl nor wget)";
	assert.deepEqual(chosen, [`sftp: ${because}`]);
	assert.equal(outcome.because, because);
	assert.deepEqual([outcome.method, outcome.bytes, outcome.sourceBytes], ["sftp", CONTENT.length, CONTENT.length]);
	assert.deepEqual(await staged(), CONTENT);
});

test("goes no way that the policy leaves out", async (t) => {
	const { deliver, chosen } = await bareMachine(t);
	const { outcome } = await deliver({ methods: ["aria2c", "http"] });
	assert.ok(outcome.kind === "failed");
	assert.equal(outcome.failure.code, "FS-DELIVER-TOOL");
	assert.match(outcome.failure.detail, /aria2c \(the machine has no aria2c\), http \(/);
	assert.deepEqual(chosen, []);
});

test("goes on through the SSH session from the byte at which it broke off", async (t) => {
	const { deliver, reads, staged, state } = await bareMachine(t);
	const file = join(state, "incoming", SHA256, "prefix", SHA256);
	const broken = async function* () {
		yield CONTENT.subarray(0, 400_000);
		await until(async () => (await stat(file).catch(() => ({ size: 0 }))).size === 400_000);
		throw new Error("the disk is gone");
	};
	const first = await deliver({ methods: ["sftp"], read: () => Readable.from(broken()) });
	assert.equal(first.outcome.kind === "failed" && first.outcome.failure.code, "FS-DELIVER-FAILED");
	const { outcome } = await deliver({ methods: ["sftp"] });
	assert.ok(outcome.kind === "delivered");
	assert.deepEqual([outcome.bytes, reads], [CONTENT.length - 400_000, [400_000]]);
	assert.deepEqual(await staged(), CONTENT);
});

test("sends through the SSH session only what the way before it did not bring", async (t) => {
	const { deliver, folder, reads, staged } = await bareMachine(t);
	await writeFile(join(folder, "part"), CONTENT.subarray(0, 400_000));
	const curl = 'while [ "$1" != --output ]; do shift; done; cp ~/part "$2"; exec sleep 60';
	await putProgram(folder, "curl", curl);
	const { outcome } = await deliver({ methods: ["http", "sftp"], stallMs: 1_000 });
	assert.ok(outcome.kind === "delivered");
	assert.deepEqual([outcome.method, outcome.bytes, reads.at(-1)], ["sftp", CONTENT.length - 400_000, 400_000]);
	assert.deepEqual(await staged(), CONTENT);
});

test("takes the place of an append that a dead connection left behind", async (t) => {
	const { deliver, machine, state, staged } = await bareMachine(t);
	const endless = new Readable({ read: () => undefined });
	endless.push(CONTENT.subarray(0, 100_000));
	const first = deliver({ methods: ["sftp"], read: () => endless });
	const file = join(state, "incoming", SHA256, "prefix", SHA256);
	await until(async () => (await stat(file).catch(() => ({ size: 0 }))).size === 100_000);
	machine.dropConnections();
	assert.equal((await first).outcome.kind, "failed");
	assert.equal((await deliver({ methods: ["sftp"] })).outcome.kind, "delivered");
	assert.deepEqual(await staged(), CONTENT);
});

test("two deliveries of one package to one machine do not spoil it", async (t) => {
	const { deliver, staged } = await bareMachine(t);
	const outcomes = await Promise.all([deliver(), deliver()]);
	assert.ok(outcomes.some(({ outcome }) => outcome.kind === "delivered"));
	assert.deepEqual(await staged(), CONTENT);
});

test("pushes the helper once and keeps it for the next package", async (t) => {
	const { deliver, folder, chosen } = await bareMachine(t);
	const second = randomBytes(1_000);
	await mkdir(join(folder, "bytes"));
	await writeFile(join(folder, "bytes", SHA256), CONTENT);
	const { counts, helperFor } = helperOf(PEER);
	const { outcome } = await deliver({ helperFor });
	assert.equal(outcome.kind === "delivered" && outcome.method, "helper");
	await rm(join(folder, "bytes", SHA256));
	await writeFile(join(folder, "bytes", sha256Of(second)), second);
	const next = await deliver({ helperFor, sizeBytes: second.length }, sha256Of(second));
	assert.equal(next.outcome.kind === "delivered" && next.outcome.method, "helper");
	assert.equal(counts.reads, 1);
	assert.match(chosen[0] ?? "", /^helper: our helper runs there; it is pushed first \(1 MiB\); passed over: agent/);
	assert.match(chosen[1] ?? "", /^helper: the machine keeps our helper; /);
});

test("a new helper takes the old one's place, once nothing runs from that", async (t) => {
	const { deliver, folder, state } = await bareMachine(t);
	await mkdir(join(folder, "bytes"));
	await writeFile(join(folder, "bytes", SHA256), CONTENT);
	await writeFile(join(folder, "seed"), "");
	const [old, young, last] = [helperOf(PEER), helperOf(`${PEER}# 2\n`), helperOf(`${PEER}# 3\n`)];
	assert.equal((await deliver({ helperFor: old.helperFor })).outcome.kind, "delivered");
	const kept = () => readdir(join(state, "helper"));
	const again = async ({ helperFor }: typeof old, content: Buffer) => {
		await writeFile(join(folder, "bytes", sha256Of(content)), content);
		return (await deliver({ helperFor, sizeBytes: content.length }, sha256Of(content))).outcome.kind;
	};
	assert.equal(await again(young, randomBytes(100)), "delivered");
	assert.deepEqual((await kept()).sort(), [old.helper.sha256, young.helper.sha256].sort(), "the old one still seeds");
	await rm(join(folder, "seed"));
	await until(async () => !(await readdir(join(state, "incoming", SHA256))).includes("data"));
	assert.equal(await again(last, randomBytes(100)), "delivered");
	await until(async () => (await kept()).length <= 2);
	assert.ok(!(await kept()).includes(old.helper.sha256));
});

test("a helper that arrives spoilt or does not run gives way to the next one, and is not pushed again in vain", async (t) => {
	const { deliver, chosen, state } = await bareMachine(t);
	const { helper } = helperOf(PEER);
	const spoilt = { ...helper, readGzip: () => Readable.from([gzipSync("another")]) };
	const { outcome } = await deliver({ helperFor: async () => spoilt });
	assert.equal(outcome.kind === "delivered" && outcome.method, "sftp");
	assert.match(chosen[1] ?? "", /^sftp: .*helper \(gave up: our helper arrived with another digest\)/);
	assert.deepEqual(await readdir(join(state, "helper", helper.sha256)), ["lock"]);
	const foreign = helperOf("#!/bin/sh\nexit 126\n");
	const another = randomBytes(10);
	const more = { helperFor: foreign.helperFor, sizeBytes: 10, read: () => Readable.from([another]) };
	await deliver(more, sha256Of(another));
	assert.match(chosen[3] ?? "", /helper \(gave up: our helper does not run on the machine\)/);
	const third = randomBytes(10);
	await deliver({ ...more, read: () => Readable.from([third]) }, sha256Of(third));
	assert.match(chosen[4] ?? "", /^sftp: .*helper \(it does not run on the machine\)/);
	assert.equal(foreign.counts.reads, 1);
});

test("a helper that does not even say its version in a minute does not run on the machine", async (t) => {
	const { deliver, chosen, folder } = await bareMachine(t);
	// A minute is a second there.
	const timeout = 'case "$*" in "-k 5 60 "*) shift 3; exec /usr/bin/timeout 1 "$@" ;; esac; exec /usr/bin/timeout "$@"';
	await putProgram(folder, "timeout", timeout);
	const { outcome } = await deliver({ helperFor: helperOf("#!/bin/sh\nexec sleep 20\n").helperFor });
	assert.equal(outcome.kind === "delivered" && outcome.method, "sftp");
	assert.match(chosen[1] ?? "", /^sftp: .*helper \(gave up: our helper does not run on the machine\)/);
	assert.ok(outcome.kind === "delivered" && outcome.durationMs < 15_000);
});

test("a kept helper that is no longer what was pushed is pushed anew, once it has failed", async (t) => {
	const { deliver, folder, state, chosen } = await bareMachine(t);
	await mkdir(join(folder, "bytes"));
	const { counts, helper, helperFor } = helperOf(PEER);
	const bring = async () => {
		const content = randomBytes(100);
		await writeFile(join(folder, "bytes", sha256Of(content)), content);
		const more = { helperFor, sizeBytes: content.length, read: () => Readable.from([content]) };
		const { outcome } = await deliver(more, sha256Of(content));
		await rm(join(folder, "bytes", sha256Of(content)));
		return outcome.kind === "delivered" && outcome.method;
	};
	assert.equal(await bring(), "helper");
	await writeFile(join(state, "helper", helper.sha256, "fleetseed-agent"), "#!/bin/sh\nexit 139\n");
	assert.equal(await bring(), "sftp");
	assert.match(chosen.at(-1) ?? "", /helper \(gave up: tool: the transport ended without the file\)/);
	assert.equal(await bring(), "helper");
	assert.equal(counts.reads, 2);
});

test("what a broken push of the helper left is gone with the next one, however that ends", async (t) => {
	const { deliver, state } = await bareMachine(t);
	const { helper } = helperOf(PEER);
	const folder = join(state, "helper", helper.sha256);
	await mkdir(folder, { recursive: true });
	// No process ever has this id (proc(5), pid_max).
	await writeFile(join(folder, "fleetseed-agent.new.4194305"), "half of it");
	const spoilt = { ...helper, readGzip: () => Readable.from([gzipSync("another")]) };
	await deliver({ helperFor: async () => spoilt });
	assert.deepEqual(await readdir(folder), ["lock"]);
});

test("pushes no helper for which there is no room, and says so", async (t) => {
	const { deliver, chosen } = await bareMachine(t);
	const { helper } = helperOf(PEER);
	const huge = { helperFor: async () => ({ ...helper, sizeBytes: 2 ** 60 }) };
	assert.equal((await deliver(huge)).outcome.kind, "delivered");
	assert.match(chosen[0] ?? "", /^sftp: .*helper \(\d+ MiB free, \d+ MiB needed\)/);
	const other = randomBytes(10);
	const { outcome } = await deliver({ ...huge, methods: ["helper"], sizeBytes: 10 }, sha256Of(other));
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DELIVER-DISK");
});

test("a way by which nothing arrives gives way to the next one within the delivery", async (t) => {
	const { deliver, chosen, staged } = await bareMachine(t);
	const asleep = helperOf('#!/bin/sh\n[ "$1" = --version ] || exec sleep 600\n');
	const { outcome } = await deliver({ helperFor: asleep.helperFor, stallMs: 1_000 });
	assert.equal(outcome.kind === "delivered" && outcome.method, "sftp");
	assert.match(chosen[1] ?? "", /^sftp: .*helper \(gave up: tool: no byte arrived for 1 s\)/);
	assert.deepEqual(await staged(), CONTENT);
});

test("what lay there in pieces before is not counted as having come", async (t) => {
	const { deliver, folder, state } = await bareMachine(t);
	const pieces = join(state, "incoming", SHA256, "data");
	await mkdir(pieces, { recursive: true });
	const half = CONTENT.subarray(0, 2 ** 20);
	await writeFile(join(pieces, SHA256), half);
	await truncate(join(pieces, SHA256), CONTENT.length);
	await mkdir(join(folder, "bytes"));
	await writeFile(join(folder, "bytes", SHA256), CONTENT);
	const { outcome } = await deliver({ helperFor: helperOf(PEER).helperFor });
	assert.ok(outcome.kind === "delivered");
	assert.deepEqual([outcome.method, outcome.bytes], ["helper", CONTENT.length - half.length]);
});

test("what is whole may be read for its digest for longer than nothing may arrive", async (t) => {
	const { deliver, chosen, folder, state } = await bareMachine(t);
	const content = Buffer.alloc(60_000_000, 7);
	const sha256 = sha256Of(content);
	await mkdir(join(folder, "bytes"));
	await writeFile(join(folder, "bytes", sha256), content);
	// 60 MB on a slow disk.
	await putProgram(
		folder,
		"sha256sum",
		'[ "$(stat -Lc %s /dev/stdin)" -lt 60000000 ] || sleep 2.5\nexec /usr/bin/sha256sum',
	);
	const { helperFor } = helperOf(PEER);
	const more = { helperFor, methods: ["helper", "sftp"], sizeBytes: content.length, stallMs: 1_000 } as const;
	const { outcome } = await deliver(more, sha256);
	assert.equal(outcome.kind === "delivered" && outcome.method, "helper", JSON.stringify(outcome));
	assert.equal(chosen.length, 1);
	assert.equal((await stat(join(state, "packages", sha256))).size, content.length);
});

for (const program of ["curl", "wget"]) {
	test(`${program} gets the package from the controller, and only what is missing`, async (t) => {
		const { deliver, chosen, folder, state, staged } = await bareMachine(t, [program]);
		await mkdir(join(folder, "packages"));
		await writeFile(join(folder, "packages", SHA256), CONTENT);
		const sent = new Sent();
		const allowed = new AllowList();
		allowed.replace([{ machine: "mill-03", address: "127.0.0.3", token: "secret" }]);
		const sizeOf = (sha256: string) => (sha256 === SHA256 ? CONTENT.length : undefined);
		const source = new HttpSource({
			storeFolder: folder,
			allowed,
			sizeOf,
			sent,
			throttle: () => new PassThrough(),
			machineLimit: () => null,
		});
		const server = createServer((request, response) => source.answer(request, response));
		t.after(() => server.close());
		await once(server.listen(0, "127.0.0.1"), "listening");
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/packages/${SHA256}?token=secret`;
		const prefix = join(state, "incoming", SHA256, "prefix");
		await mkdir(prefix, { recursive: true });
		await writeFile(join(prefix, SHA256), CONTENT.subarray(0, 1_000_000));
		const { outcome } = await deliver({ url: async () => url });
		assert.deepEqual(outcome.kind === "delivered" && [outcome.method, outcome.bytes], ["http", 500_000]);
		assert.match(chosen[0] ?? "", new RegExp(`^http: the machine has ${program}; passed over: agent`));
		assert.deepEqual(sent.take(), [{ sha256: SHA256, machine: "mill-03", bytes: 500_000 }]);
		assert.deepEqual(await staged(), CONTENT);
		await until(async () => !(await readdir(join(state, "incoming", SHA256))).includes("source"));
	});
}
