import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { ERROR_CODES } from "../../src/model/error-codes.ts";
import { ERROR_MEANINGS } from "../../src/model/error-meanings.ts";
import { errorCodesPage, PAGE } from "./error-codes-page.ts";

const root = new URL("../../", import.meta.url).pathname;

test("the documentation lists the codes of the table with what they mean and what to do, and no others (npm run docs)", () => {
	const page = readFileSync(PAGE, "utf8");
	const rows = [...page.matchAll(/^\| `(FS-[A-Z-]+)` \| (.+) \| (.+) \|$/gm)];
	assert.deepEqual(rows.map(([, code]) => code).sort(), Object.keys(ERROR_CODES).sort());
	assert.equal(page, errorCodesPage());
});

test("what a code means is one line, said of that code alone", () => {
	const meanings = Object.values(ERROR_MEANINGS);
	assert.equal(new Set(meanings).size, meanings.length);
	for (const meaning of meanings) assert.match(meaning, /^[^|\n]+\.$/);
});

test("every code of the table is used somewhere in the product, and none is used that is not in it", () => {
	const sources = globSync(`${root}src/**/*.ts`).filter((file) => !/error-(codes|meanings)\.ts$/.test(file));
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

test("each way in which a machine turns us away has a next step of its own, and says whether it is tried again by itself", () => {
	const ways = Object.entries(ERROR_CODES).filter(([code]) => /^FS-(SSH|BECOME|DISK|INSTALL|DELIVER)-/.test(code));
	assert.ok(ways.length >= 50, `${ways.length}`);
	assert.deepEqual(new Set(ways.map(([, advice]) => advice)).size, ways.length);
	const goesOn = /fleetseed (retry|machines (approve|clean))|tried again|goes on|announces itself/;
	const silent = ways.filter(([, advice]) => !goesOn.test(advice)).map(([code]) => code);
	assert.deepEqual(silent, []);
});
