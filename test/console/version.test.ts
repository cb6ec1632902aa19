import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const FILE = new URL("../../src/console/version.ts", import.meta.url).pathname;

test("what runs is of the release that it began as, also after an upgrade of its files", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-version-"));
	t.after(() => rm(folder, { recursive: true }));
	await mkdir(join(folder, "src/console"), { recursive: true });
	await cp(FILE, join(folder, "src/console/version.ts"));
	const release = (version: string) =>
		writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", version }));
	await release("1.0.0");
	const { version } = await import(join(folder, "src/console/version.ts"));
	await release("2.0.0");
	assert.equal(version(), "1.0.0");
});
