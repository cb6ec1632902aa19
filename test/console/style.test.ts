import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { styleFor } from "../../src/console/style.ts";

const streamOf = (isTTY: boolean) => ({ isTTY, columns: 80 }) as NodeJS.WriteStream;

test("there is colour on a terminal alone, and none where NO_COLOR is set", () => {
	const coloured = styleFor(streamOf(true), {}).bad("failed");
	assert.notEqual(coloured, "failed");
	assert.equal(stripVTControlCharacters(coloured), "failed");
	assert.equal(styleFor(streamOf(true), { NO_COLOR: "1" }).bad("failed"), "failed");
	assert.equal(styleFor(streamOf(true), { NO_COLOR: "" }).bad("failed"), coloured, "an empty one counts as none");
	assert.equal(styleFor(streamOf(false), {}).bad("failed"), "failed");
});

test("a terminal has its columns, and a pipe has no end", () => {
	assert.equal(styleFor(streamOf(true), {}).columns, 80);
	assert.equal(styleFor(streamOf(false), {}).columns, Number.POSITIVE_INFINITY);
});
