import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "../..");

test("what the page about security says is guarded is shown by a test of that name", () => {
	const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");
	const named = [...page.matchAll(/^\|.*\| "(.+)" \|$/gm)].map(([, name = ""]) => name);
	const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| threat "));
	assert.ok(named.length >= 20, `${named.length} tests`);
	assert.equal(named.length, rows.length, "each row names its test");
	const tests = globSync("test/**/*.test.ts", { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), "utf8"));
	const missing = named.filter((name) => !tests.some((text) => text.includes(`test("${name}"`)));
	assert.deepEqual(missing, []);
});
