import assert from "node:assert/strict";
import { readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { acquire } from "../../src/acquire/acquire.ts";
import type { Outcome } from "../../src/model/event.ts";
import { type Behaviour, serve, startOrigin } from "./origin.ts";
import { content, digest, fetchContent, openStore, SIZE, sha256 } from "./workbench.ts";

function failureOf(outcome: Outcome) {
	assert.equal(outcome.kind, "failed");
	return outcome.failure;
}

const endless: Behaviour = (_request, response, origin) => {
	const more = () => {
		if (response.destroyed) return;
		origin.sentBytes += 16_384;
		response.write(Buffer.alloc(16_384)) ? setImmediate(more) : response.once("drain", more);
	};
	more();
};

test("refuses a file with another digest, sets it aside, and names expected, seen and source", async () => {
	const wrong = Buffer.alloc(SIZE, 7);
	await using origin = await startOrigin(serve(wrong));
	await using home = await openStore();
	const failure = failureOf(await fetchContent(home.store, origin.url));
	assert.equal(failure.code, "FS-ACQUIRE-DIGEST");
	for (const said of [sha256, digest(wrong), origin.url]) assert.ok(failure.detail.includes(said), failure.detail);
	assert.deepEqual(await readdir(join(home.folder, "quarantine")), [`${sha256}-${digest(wrong).slice(0, 16)}`]);
	assert.equal(await home.store.has(sha256), false);
	assert.equal(origin.asked.length, 1);
});

test("keeps at most one refused file per package, and tries the mirrors before giving up", async () => {
	await using bad = await startOrigin(serve(Buffer.alloc(SIZE, 7)));
	await using worse = await startOrigin(serve(Buffer.alloc(SIZE, 8)));
	await using good = await startOrigin(serve(content));
	await using home = await openStore();
	const outcome = await fetchContent(home.store, bad.url, worse.url, good.url);
	assert.deepEqual(outcome, { kind: "acquired", sizeBytes: SIZE, originBytes: 3 * SIZE, source: good.url });
	assert.equal((await readdir(join(home.folder, "quarantine"))).length, 1);
	assert.deepEqual(await readdir(join(home.folder, "partial")), []);
});

test("a file that was cut and then came out wrong is fetched once more whole before its source is blamed", async () => {
	await using origin = await startOrigin(serve(Buffer.alloc(SIZE, 7), { cutAfterBytes: 600_000 }));
	await using home = await openStore();
	const failure = failureOf(await fetchContent(home.store, origin.url));
	assert.equal(failure.code, "FS-ACQUIRE-DIGEST");
	assert.equal(origin.asked.filter(({ range }) => range === undefined).length, 2);
});

test("stops an endless source within 64 KiB of the most that is accepted", async () => {
	await using origin = await startOrigin(endless);
	await using home = await openStore(SIZE);
	let most = 0;
	const failure = failureOf(
		await acquire(home.store, {
			sha256,
			sources: [origin.url],
			signal: AbortSignal.timeout(20_000),
			onProgress: ({ receivedBytes }) => {
				most = receivedBytes;
			},
		}),
	);
	assert.equal(failure.code, "FS-ACQUIRE-SIZE");
	assert.ok(most > SIZE - 65_536 && most <= SIZE, `${most}`);
	assert.deepEqual(await readdir(join(home.folder, "partial")), []);
});

test("stops a source that goes on past the size it declared when it was resumed", async () => {
	await using origin = await startOrigin(serve(content, { etag: '"v1"', cutAfterBytes: 600_000 }));
	await using home = await openStore();
	const cut = origin.behave;
	origin.behave = (request, response, self) => {
		self.behave = (_request, rest, again) => {
			rest.writeHead(206, { etag: '"v1"', "content-range": `bytes 600000-${SIZE - 1}/${SIZE}` });
			return endless(_request, rest, again);
		};
		return cut(request, response, self);
	};
	const failure = failureOf(await fetchContent(home.store, origin.url));
	assert.equal(failure.code, "FS-ACQUIRE-SIZE");
	assert.match(failure.detail, /sent more than 1000000 bytes/);
});

test("refuses a declared size above the cap before any of the body", async () => {
	await using origin = await startOrigin(serve(content));
	await using home = await openStore(SIZE - 1);
	assert.equal(failureOf(await fetchContent(home.store, origin.url)).code, "FS-ACQUIRE-SIZE");
});

test("a source that declares more than it sends is a cut that never mends", async () => {
	await using origin = await startOrigin(serve(content, { declaredBytes: SIZE + 10, cutAfterBytes: SIZE }));
	await using home = await openStore();
	assert.equal(failureOf(await fetchContent(home.store, origin.url)).code, "FS-ACQUIRE-NETWORK");
	assert.ok(origin.sentBytes <= SIZE, "resumed, not sent again");
});

test("leaves a source that is slower than the floor for the next mirror", async () => {
	await using slow = await startOrigin((_request, response) => void response.writeHead(200).write("x"));
	await using silent = await startOrigin(() => undefined);
	await using mirror = await startOrigin(serve(content));
	await using home = await openStore();
	const limits = { floorBytesPerSecond: 1000, floorWindowMs: 300, connectTimeoutMs: 1000 };
	const signal = AbortSignal.timeout(20_000);
	const alone = failureOf(await acquire(home.store, { sha256, sources: [slow.url, silent.url], signal, limits }));
	assert.equal(alone.code, "FS-ACQUIRE-SLOW");
	const outcome = await acquire(home.store, { sha256, sources: [slow.url, mirror.url], signal, limits });
	assert.equal(outcome.kind === "acquired" && outcome.source, mirror.url);
});

test("goes on to the mirror when nothing listens at the source, and names every cause when all fail", async () => {
	await using gone = await startOrigin(serve(content));
	await gone[Symbol.asyncDispose]().catch(() => undefined);
	await using missing = await startOrigin((_request, response) => void response.writeHead(404).end());
	await using home = await openStore();
	const failure = failureOf(await fetchContent(home.store, gone.url, missing.url));
	assert.equal(failure.code, "FS-ACQUIRE-HTTP");
	assert.ok(
		failure.detail.includes(`${gone.url}: `) && failure.detail.includes(`${missing.url} answered 404`),
		failure.detail,
	);
});

test("refuses a compressed answer, and a redirect to anything but http", async () => {
	await using zipped = await startOrigin(
		(_request, response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
	);
	await using astray = await startOrigin(
		(_request, response) => void response.writeHead(302, { location: "file:///etc/hostname" }).end(),
	);
	await using round = await startOrigin((_request, response) => void response.writeHead(302, { location: "/" }).end());
	await using home = await openStore();
	for (const origin of [zipped, astray, round])
		assert.equal(failureOf(await fetchContent(home.store, origin.url)).code, "FS-ACQUIRE-HTTP");
	assert.equal(round.asked.length, 6);
});

test("follows a redirect without taking the password along, and never shows it", async () => {
	await using mirror = await startOrigin(serve(content));
	await using origin = await startOrigin(
		(_request, response) => void response.writeHead(302, { location: mirror.url }).end(),
	);
	await using home = await openStore();
	const outcome = await fetchContent(home.store, origin.url.replace("//", "//depot:geheim@"));
	assert.equal(outcome.kind === "acquired" && outcome.source, origin.url);
	assert.equal(origin.asked[0]?.authorization, `Basic ${btoa("depot:geheim")}`);
	assert.equal(mirror.asked[0]?.authorization, undefined);
});

test("says when the disk cannot hold the declared size, before it starts", async () => {
	await using origin = await startOrigin(serve(content, { declaredBytes: 1e15 - 1 }));
	await using mirror = await startOrigin(serve(content));
	await using home = await openStore(1e16);
	const failure = failureOf(await fetchContent(home.store, origin.url, mirror.url));
	assert.equal(failure.code, "FS-ACQUIRE-DISK");
	assert.equal(mirror.asked.length, 0);
	assert.deepEqual(await readdir(join(home.folder, "partial")), []);
});

test("a write that finds no space is a failure of the disk, and no mirror is asked", async () => {
	await using origin = await startOrigin(serve(content));
	await using mirror = await startOrigin(serve(content));
	await using home = await openStore();
	await symlink("/dev/full", home.store.partialPath(sha256));
	const failure = failureOf(await fetchContent(home.store, origin.url, mirror.url));
	assert.equal(failure.code, "FS-ACQUIRE-DISK");
	assert.match(failure.detail, /ENOSPC/);
	assert.equal(mirror.asked.length, 0);
});
