import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { test } from "node:test";
import { acquire } from "../../src/acquire/acquire.ts";
import { Store } from "../../src/acquire/store.ts";
import { serve, startOrigin } from "./origin.ts";
import { content, fetchContent, openStore, SIZE, sha256 } from "./workbench.ts";

test("goes on after each cut of the connection, and no byte crosses the uplink twice", async () => {
	await using origin = await startOrigin(serve(content, { etag: '"v1"', cutAfterBytes: 300_000 }));
	await using home = await openStore();
	const outcome = await fetchContent(home.store, origin.url);
	assert.deepEqual(outcome, { kind: "acquired", sizeBytes: SIZE, originBytes: SIZE, source: origin.url });
	assert.deepEqual(await readFile(home.store.path(sha256)), content);
	assert.equal(origin.asked[1]?.range, "bytes=300000-");
	assert.equal(origin.asked[1]?.ifRange, '"v1"');
	assert.equal(origin.sentBytes, SIZE);
});

test("starts again when the file behind the URL changed between two tries", async () => {
	const other = Buffer.alloc(SIZE, 7);
	await using origin = await startOrigin(serve(other, { etag: '"old"', cutAfterBytes: 300_000 }));
	await using home = await openStore();
	const cut = origin.behave;
	origin.behave = (request, response, self) => {
		self.behave = serve(content, { etag: '"new"' });
		return cut(request, response, self);
	};
	const outcome = await fetchContent(home.store, origin.url);
	assert.equal(outcome.kind, "acquired");
	assert.deepEqual(
		origin.asked.map(({ range }) => range),
		[undefined, "bytes=300000-"],
	);
});

test("takes a whole answer to a request for the rest", async () => {
	await using origin = await startOrigin(serve(content, { etag: '"v1"', cutAfterBytes: 300_000 }));
	await using home = await openStore();
	const cut = origin.behave;
	origin.behave = (request, response, self) => {
		self.behave = serve(content, { ignoresRange: true });
		return cut(request, response, self);
	};
	const outcome = await fetchContent(home.store, origin.url);
	assert.equal(outcome.kind === "acquired" && outcome.originBytes, 300_000 + SIZE);
});

test("a new store on the same folder resumes what the last one left", async () => {
	await using origin = await startOrigin(serve(content, { etag: '"v1"', pauseMs: 5 }));
	await using home = await openStore();
	const stop = new AbortController();
	const stopped = await acquire(home.store, {
		sha256,
		sources: [origin.url],
		signal: stop.signal,
		onProgress: ({ receivedBytes }) => receivedBytes > 400_000 && stop.abort(),
	});
	assert.equal(stopped.kind, "failed");
	const left = (await stat(home.store.partialPath(sha256))).size;
	origin.behave = serve(content, { etag: '"v1"' });
	origin.sentBytes = 0;
	const next = new Store({ folder: home.folder, maxPackageBytes: 10_000_000 });
	await next.start();
	const outcome = await fetchContent(next, origin.url);
	assert.equal(outcome.kind === "acquired" && outcome.originBytes, SIZE - left);
	assert.equal(origin.sentBytes, SIZE - left);
	assert.ok(left > 400_000);
});

test("a file that was complete before the restart is only verified", async () => {
	await using origin = await startOrigin(
		serve(content, { etag: '"v1"', cutAfterBytes: SIZE, declaredBytes: SIZE + 1 }),
	);
	await using home = await openStore();
	const first = await fetchContent(home.store, origin.url);
	assert.equal(first.kind, "failed");
	origin.behave = serve(content, { etag: '"v1"' });
	origin.sentBytes = 0;
	const outcome = await fetchContent(home.store, origin.url);
	assert.equal(outcome.kind, "acquired", "416 with our own length says that nothing is missing");
	assert.equal(origin.sentBytes, 0);
});

test("a mirror goes on where the source died, if it declares the same size", async () => {
	await using dying = await startOrigin(serve(content, { etag: '"a"', cutAfterBytes: 600_000 }));
	await using mirror = await startOrigin(serve(content, { etag: '"b"' }));
	await using home = await openStore();
	const cut = dying.behave;
	dying.behave = (request, response, self) => {
		self.behave = (_request, refused) => void refused.writeHead(503).end();
		return cut(request, response, self);
	};
	const outcome = await fetchContent(home.store, dying.url, mirror.url);
	assert.deepEqual(outcome, { kind: "acquired", sizeBytes: SIZE, originBytes: SIZE, source: mirror.url });
	assert.equal(mirror.asked[0]?.ifRange, undefined, "a validator of the source means nothing to its mirror");
});

test("a mirror is asked from byte 0 when what it was to complete came out wrong", async () => {
	const wrong = Buffer.alloc(SIZE, 7);
	await using dying = await startOrigin(serve(wrong, { etag: '"a"', cutAfterBytes: 600_000 }));
	await using mirror = await startOrigin(serve(content, { etag: '"b"' }));
	await using home = await openStore();
	const cut = dying.behave;
	dying.behave = (request, response, self) => {
		self.behave = (_request, refused) => void refused.writeHead(503).end();
		return cut(request, response, self);
	};
	const outcome = await fetchContent(home.store, dying.url, mirror.url);
	assert.equal(outcome.kind, "acquired");
	assert.deepEqual(
		mirror.asked.map(({ range }) => range),
		["bytes=600000-", undefined],
	);
});
