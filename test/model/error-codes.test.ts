import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES } from "../../src/model/error-codes.ts";

const root = new URL("../../", import.meta.url).pathname;

test("the documentation lists the codes of the table, with the same advice, and no others", () => {
	const rows = readFileSync(`${root}docs/error-codes.md`, "utf8").matchAll(/^\| `(FS-[A-Z-]+)` \| (.+) \|$/gm);
	assert.deepEqual(Object.fromEntries([...rows].map(([, code, advice]) => [code, advice])), ERROR_CODES);
});

test("every code of the table is used somewhere in the product, and none is used that is not in it", () => {
	const sources = globSync(`${root}src/**/*.ts`).filter((file) => !file.endsWith("error-codes.ts"));
	const used = new Set(sources.flatMap((file) => readFileSync(file, "utf8").match(/\bFS-[A-Z]+(-[A-Z]+)*\b/g) ?? []));
	const known = Object.keys(ERROR_CODES);
	assert.deepEqual(
		known.filter((code) => !used.has(code)),
		[],
	);
	assert.deepEqual(
		[...used].filter((code) => !known.includes(code) && !known.some((each) => each.startsWith(code))),
		[],
	);
});
