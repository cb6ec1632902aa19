import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { parseRange } from "../../src/swarm/parse-range.ts";
import { type Bench, openBench, until } from "./workbench.ts";

interface Asked {
	readonly method?: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly token?: string;
	readonly sha256?: string;
	readonly localAddress?: string;
}

async function ask(bench: Bench, { method = "GET", headers = {}, token = "token-1", ...more }: Asked = {}) {
	const url = `http://127.0.0.1:${bench.swarm.ports.tracker}/packages/${more.sha256 ?? bench.sha256}?token=${token}`;
	const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: object; body: Buffer }>();
	const options = { method, headers, localAddress: more.localAddress ?? "127.0.0.2", agent: false };
	const asking = request(url, options, (response) => {
		const chunks: Buffer[] = [];
		response.on("data", (chunk: Buffer) => chunks.push(chunk));
		response.on("error", reject);
		response.on("end", () =>
			resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
		);
	});
	asking.on("error", reject).end();
	return promise;
}

test("a machine gets a package whole, or the range that it asks for", async () => {
	await using bench = await openBench({ machines: 2 });
	const { content, sha256 } = bench;
	const whole = await ask(bench);
	assert.equal(whole.status, 200);
	assert.deepEqual(whole.body, content);
	const range = await ask(bench, { headers: { range: "bytes=1000000-1999999", "if-range": `"${sha256}"` } });
	assert.equal(range.status, 206);
	assert.deepEqual(range.body, content.subarray(1_000_000, 2_000_000));
	assert.equal((range.headers as Record<string, string>)["content-range"], `bytes 1000000-1999999/${content.length}`);
	const other = await ask(bench, { headers: { range: "bytes=1000000-", "if-range": '"another"' } });
	assert.deepEqual([other.status, other.body.length], [200, content.length]);
	const beyond = await ask(bench, { headers: { range: `bytes=${content.length}-` } });
	assert.deepEqual([beyond.status, beyond.body.length], [416, 0]);
	const head = await ask(bench, { method: "HEAD" });
	assert.deepEqual([head.status, head.body.length], [200, 0]);
	assert.equal((head.headers as Record<string, string>)["content-length"], String(content.length));
	assert.equal((await ask(bench, { method: "PUT" })).status, 405);
});

test("it is held to the controller's limit, and to none once that is lifted", async () => {
	await using bench = await openBench({ machines: 1, sizeBytes: 16_000_000 });
	bench.shape({ source: 1_000_000 });
	const sent = bench.sentBytes;
	const answer = ask(bench);
	await until("it comes", async () => (await sent()) > 0);
	const began = { bytes: await sent(), at: performance.now() };
	await until("it came for 2 s", () => performance.now() - began.at > 2_000);
	const bytes = (await sent()) - began.bytes;
	assert.ok(bytes > 0 && bytes < 5_000_000, `${bytes} bytes in 2 s`);
	// Less in a second than the chunk that already waits to be sent.
	bench.shape({ source: 8_000 });
	await delay(300);
	bench.shape();
	assert.deepEqual((await answer).body, bench.content);
});

test("after a silence no more than a tenth of a second's worth comes at once", async () => {
	await using bench = await openBench({ machines: 1 });
	bench.shape({ source: 1_000_000 });
	await delay(1_500);
	const began = performance.now();
	const { body } = await ask(bench, { headers: { range: "bytes=0-999999" } });
	const tookMs = performance.now() - began;
	assert.equal(body.length, 1_000_000);
	assert.ok(tookMs >= 800, `${tookMs} ms`);
});

test("each machine is held to its own limit of the package, also to one that is set or lifted in the middle", async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 16_000_000 });
	const sent = bench.sentBytes;
	bench.shape({ down: 1_000_000 });
	const answers = [ask(bench), ask(bench, { token: "token-2", localAddress: "127.0.0.3" })];
	for (const machine of ["m1", "m2"]) await until("it comes", async () => (await sent(machine)) > 0);
	const began = performance.now();
	const before = [await sent("m1"), await sent("m2")];
	await until("it came for 2 s", () => performance.now() - began > 2_000);
	for (const [at, machine] of ["m1", "m2"].entries()) {
		const bytes = (await sent(machine)) - (before[at] ?? 0);
		assert.ok(bytes > 0 && bytes < 5_000_000, `${machine}: ${bytes} bytes in 2 s`);
	}
	bench.shape();
	for (const answer of answers) assert.deepEqual((await answer).body, bench.content);
});

test("nobody gets a byte without the token of the machine whose address it is", async () => {
	await using bench = await openBench({ machines: 2 });
	for (const each of [{ token: "" }, { token: "token-2" }, { localAddress: "127.0.0.9" }])
		assert.deepEqual(pick(await ask(bench, each)), [403, 0], JSON.stringify(each));
	assert.deepEqual(pick(await ask(bench, { sha256: "0".repeat(64) })), [404, 0]);
	assert.deepEqual(pick(await ask(bench, { sha256: "..%2f..%2fetc%2fpasswd" })), [404, 0]);
	bench.swarm.admit([]);
	await until("it is not admitted any more", async () => (await ask(bench)).status === 403);
	assert.equal(await bench.sentBytes(), 0);
});

test("what a machine is being sent breaks off once it is no longer admitted, and what others are sent does not", async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 4_000_000 });
	bench.shape({ source: 2_000_000 });
	const [cut, kept] = [ask(bench), ask(bench, { token: "token-2", localAddress: "127.0.0.3" })];
	const isCut = assert.rejects(cut);
	await until("it comes", async () => (await bench.sentBytes("m1")) > 0);
	bench.swarm.admit(bench.peers.slice(1));
	await isCut;
	assert.deepEqual((await kept).body, bench.content);
});

function pick({ status, body }: { readonly status: number; readonly body: Buffer }) {
	return [status, body.length];
}

test("the bytes are counted by machine, and those that a broken connection never took are not", async () => {
	await using bench = await openBench({ machines: 2, sizeBytes: 32_000_000 });
	await ask(bench, { headers: { range: "bytes=0-999999" } });
	await ask(bench, { headers: { range: "bytes=0-4999" }, token: "token-2", localAddress: "127.0.0.3" });
	assert.equal(await bench.sentBytes(), 1_005_000);
	assert.deepEqual(Object.fromEntries(bench.sent), { m1: 1_000_000, m2: 5_000 });
	const url = `http://127.0.0.1:${bench.swarm.ports.tracker}/packages/${bench.sha256}?token=token-2`;
	const asking = request(url, { localAddress: "127.0.0.3", agent: false }, (response) => response.destroy());
	asking.on("error", () => undefined).end();
	await new Promise((resolve) => asking.once("close", resolve));
	await until("its connection is closed", async () => (await bench.sentBytes("m2")) < 16_000_000);
});

test("a package that is gone from the disk breaks the connection", async () => {
	await using bench = await openBench({ machines: 1 });
	await rm(join(bench.folder, "packages", bench.sha256));
	await assert.rejects(ask(bench));
});

test("ranges are read as RFC 9110 has them", () => {
	const cases: readonly [string | undefined, ReturnType<typeof parseRange>][] = [
		[undefined, null],
		["bytes=0-", { start: 0, end: 99 }],
		["bytes=10-19", { start: 10, end: 19 }],
		["bytes=90-1000", { start: 90, end: 99 }],
		["bytes=-10", { start: 90, end: 99 }],
		["bytes=-1000", { start: 0, end: 99 }],
		["bytes=-0", "unsatisfiable"],
		["bytes=100-", "unsatisfiable"],
		["bytes=20-10", null],
		["bytes=0-1,3-4", null],
		["bytes=-", null],
		["lines=1-2", null],
	];
	for (const [header, expected] of cases) assert.deepEqual(parseRange(header, 100), expected, header);
	assert.equal(parseRange("bytes=0-", 0), "unsatisfiable");
	assert.equal(parseRange("bytes=-5", 0), "unsatisfiable");
});
