import assert from "node:assert/strict";
import { readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { content, fetchContent, openStore, SIZE, sha256 } from "./workbench.ts";

test("copies a file source into the store, and nothing crosses the uplink", async () => {
	await using home = await openStore();
	const file = join(home.folder, "package one.deb");
	await writeFile(file, content);
	const source = pathToFileURL(file).href;
	assert.deepEqual(await fetchContent(home.store, source), {
		kind: "acquired",
		sizeBytes: SIZE,
		originBytes: 0,
		source,
	});
	assert.deepEqual(await readFile(home.store.path(sha256)), content);
	assert.equal((await stat(home.folder)).mode & 0o077, 0);
});

test("names the file that is missing, is no regular file, or is too large", async () => {
	await using home = await openStore();
	const huge = join(home.folder, "huge");
	await writeFile(huge, "");
	await truncate(huge, 10_000_001);
	const expected = [
		["file:///nowhere/package.deb", "FS-ACQUIRE-FILE"],
		["file:///dev/zero", "FS-ACQUIRE-FILE"],
		[pathToFileURL(huge).href, "FS-ACQUIRE-SIZE"],
		["ftp://127.0.0.1/package.deb", "FS-ACQUIRE-FILE"],
	] as const;
	for (const [source, code] of expected) {
		const outcome = await fetchContent(home.store, source);
		assert.equal(outcome.kind === "failed" && outcome.failure.code, code, source);
		assert.ok(outcome.kind === "failed" && outcome.failure.detail.includes(source));
	}
});

test("a name that is not a digest never becomes a path", async () => {
	await using home = await openStore();
	for (const name of ["../etc/passwd", "", sha256.toUpperCase()]) assert.throws(() => home.store.path(name), TypeError);
});
