import assert from "node:assert/strict";
import { test } from "node:test";
import { acquire } from "../../src/acquire/acquire.ts";
import { serve, startOrigin } from "./origin.ts";
import { content, fetchContent, openStore, SIZE, sha256 } from "./workbench.ts";

test("two callers at once share one download, and its bytes are told once", async () => {
	await using origin = await startOrigin(serve(content, { pauseMs: 1 }));
	await using home = await openStore();
	const outcomes = await Promise.all([fetchContent(home.store, origin.url), fetchContent(home.store, origin.url)]);
	assert.deepEqual(
		outcomes.map((outcome) => outcome.kind === "acquired" && outcome.originBytes),
		[SIZE, 0],
	);
	assert.equal(origin.asked.length, 1);
	assert.equal(origin.sentBytes, SIZE);
	const later = await fetchContent(home.store, origin.url);
	assert.deepEqual(later, { kind: "acquired", sizeBytes: SIZE, originBytes: 0, source: "store" });
	assert.equal(origin.asked.length, 1);
});

test("a caller that leaves does not stop the download for the one that stays", async () => {
	await using origin = await startOrigin(serve(content, { pauseMs: 2 }));
	await using home = await openStore();
	const leaver = new AbortController();
	const left = acquire(home.store, {
		sha256,
		sources: [origin.url],
		signal: leaver.signal,
		onProgress: () => leaver.abort(),
	});
	const stayed = fetchContent(home.store, origin.url);
	assert.equal((await left).kind, "failed");
	assert.deepEqual(await stayed, { kind: "acquired", sizeBytes: SIZE, originBytes: SIZE, source: origin.url });
	assert.equal(origin.asked.length, 1);
});

test("a caller that comes while the last one is leaving begins where that one stopped", async () => {
	await using origin = await startOrigin(serve(content, { etag: '"v1"', pauseMs: 2 }));
	await using home = await openStore();
	const leaver = new AbortController();
	const came = Promise.withResolvers<void>();
	const left = acquire(home.store, {
		sha256,
		sources: [origin.url],
		signal: leaver.signal,
		onProgress: ({ receivedBytes }) => receivedBytes > 200_000 && came.resolve(),
	});
	await came.promise;
	leaver.abort();
	await new Promise(setImmediate);
	const next = fetchContent(home.store, origin.url);
	assert.equal((await left).kind, "failed");
	assert.equal((await next).kind, "acquired");
	assert.match(origin.asked[1]?.range ?? "", /^bytes=[2-9]\d{5}-$/);
});
