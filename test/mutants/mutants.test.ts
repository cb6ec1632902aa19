import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { MUTANTS } from "./mutants.ts";

test("each planted bug has its place in the source, once", async () => {
	const lost: string[] = [];
	for (const { name, file, from } of MUTANTS) {
		const text = await readFile(new URL(`../../src/${file}`, import.meta.url), "utf8");
		if (text.split(from).length !== 2) lost.push(`${name}: ${file}`);
	}
	assert.deepEqual(lost, []);
});
