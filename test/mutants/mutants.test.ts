import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { GUARD_MUTANTS } from "./guard-mutants.ts";
import { MUTANTS } from "./mutants.ts";
import { PUSH_MUTANTS } from "./push-mutants.ts";

test("each planted bug has its place in the source, once", async () => {
	const lost: string[] = [];
	for (const { name, file, from } of [...MUTANTS, ...GUARD_MUTANTS, ...PUSH_MUTANTS]) {
		const text = await readFile(new URL(`../../src/${file}`, import.meta.url), "utf8");
		if (text.split(from).length !== 2) lost.push(`${name}: ${file}`);
	}
	assert.deepEqual(lost, []);
});

test("the test that has to go red for a planted bug is there", async () => {
	for (const { test, name } of [...GUARD_MUTANTS, ...PUSH_MUTANTS]) {
		const text = await readFile(new URL(`../../${test.file}`, import.meta.url), "utf8");
		assert.ok(text.includes(`test(${JSON.stringify(test.name)}`), `${name}: ${test.file}`);
	}
});
