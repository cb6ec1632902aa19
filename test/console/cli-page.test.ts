import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cliPage, PAGE } from "./cli-page.ts";

test("the page about the command line is made of its own definition (npm run docs writes it)", () => {
	const page = readFileSync(PAGE, "utf8");
	assert.ok(page.includes("## `fleetseed machines approve <machine>`\n"));
	assert.ok(page.includes("| `--days <days>` |"));
	assert.equal(cliPage(), page);
});
