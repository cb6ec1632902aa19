import assert from "node:assert/strict";
import { test } from "node:test";
import { acquire } from "../../src/acquire/acquire.ts";
import { DownloadLimit } from "../../src/acquire/download-limit.ts";
import { serve, startOrigin } from "./origin.ts";
import { content, digest, openStore, SIZE, sha256 } from "./workbench.ts";

/** More than a connection and we keep on their way. */
const LARGE = Buffer.concat(Array.from({ length: 8 }, () => content));
const WHOLE = { kind: "acquired", sizeBytes: SIZE, originBytes: SIZE } as const;

test("a download is as slow as the limit, and its source waits meanwhile", async () => {
	await using origin = await startOrigin(serve(LARGE));
	await using home = await openStore();
	const limit = new DownloadLimit();
	limit.set(5_000_000);
	const began = performance.now();
	const sent: number[] = [];
	const signal = AbortSignal.timeout(60_000);
	const request = { sha256: digest(LARGE), sources: [origin.url], signal, limit };
	const outcome = await acquire(home.store, { ...request, onProgress: () => sent.push(origin.sentBytes) });
	assert.equal(outcome.kind, "acquired");
	// At most what may come at once, and the last chunk, are there before their time.
	assert.ok(performance.now() - began >= 1_400, `${performance.now() - began} ms`);
	assert.ok(sent[0] !== undefined && sent[0] < LARGE.length, "the source had sent all before the first byte was taken");
});

test("a limit that is lifted lets the rest come at once, and a source is not called slow for our own limit", async () => {
	await using origin = await startOrigin(serve(content));
	await using home = await openStore();
	const limit = new DownloadLimit();
	limit.set(1_000);
	const limits = { floorBytesPerSecond: 1_000_000, floorWindowMs: 200, connectTimeoutMs: 1000 };
	const signal = AbortSignal.timeout(20_000);
	const lift = setTimeout(() => limit.set(null), 1_000);
	const outcome = await acquire(home.store, { sha256, sources: [origin.url], signal, limit, limits });
	clearTimeout(lift);
	assert.deepEqual(outcome, { ...WHOLE, source: origin.url });
});

test("two downloads share the limit", async () => {
	const other = Buffer.from(content).fill(0, 0, 1000);
	await using one = await startOrigin(serve(content));
	await using two = await startOrigin(serve(other));
	await using home = await openStore();
	const limit = new DownloadLimit();
	limit.set(1_000_000);
	const signal = AbortSignal.timeout(20_000);
	const began = performance.now();
	await Promise.all([
		acquire(home.store, { sha256, sources: [one.url], signal, limit }),
		acquire(home.store, { sha256: digest(other), sources: [two.url], signal, limit }),
	]);
	assert.ok(performance.now() - began >= 1_700, `${performance.now() - began} ms`);
});

test("a download that waits for the limit is stopped at once, and goes on later from where it was", async () => {
	await using origin = await startOrigin(serve(LARGE, { etag: '"1"' }));
	await using home = await openStore();
	const limit = new DownloadLimit();
	limit.set(1);
	const stop = new AbortController();
	const pending = acquire(home.store, {
		sha256: digest(LARGE),
		sources: [origin.url],
		signal: stop.signal,
		limit,
		onProgress: () => stop.abort(),
	});
	assert.equal((await pending).kind, "failed");
	limit.set(null);
	const signal = AbortSignal.timeout(20_000);
	const outcome = await acquire(home.store, { sha256: digest(LARGE), sources: [origin.url], signal, limit });
	assert.equal(outcome.kind, "acquired");
	assert.match(origin.asked[1]?.range ?? "", /^bytes=[1-9]/);
});
