import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../../src/console/complete.ts";
import { programToRead } from "../../src/console/program.ts";

const program = programToRead();

function words(...typed: readonly string[]): readonly string[] {
	return complete(program, typed).candidates.map(({ word }) => word);
}

test("commands are completed at every level, hidden ones are not", () => {
	assert.deepEqual(
		words("re"),
		["retry", "resume", "reload"].sort((a, b) => words("re").indexOf(a) - words("re").indexOf(b)),
	);
	assert.deepEqual(words("machines", "ap"), ["approve"]);
	assert.deepEqual(words("complete-"), []);
});

test("options are those of the command and of the program", () => {
	assert.deepEqual(words("status", "--w"), ["--watch"]);
	assert.deepEqual(words("machines", "approve", "mill-01", "--fi"), ["--fingerprint"]);
	assert.deepEqual(words("status", "--so"), ["--socket"]);
});

test("the daemon's names stand where a machine or a policy does, also after an option and its value", () => {
	assert.equal(complete(program, ["why", ""]).names, "machine");
	assert.equal(complete(program, ["--socket", "/s", "machines", "approve", "mi"]).names, "machine");
	assert.equal(complete(program, ["machines", "show", "mi"]).names, "machine");
	assert.equal(complete(program, ["machines", "clean", "a", "b", ""]).names, "machine");
	assert.equal(complete(program, ["retry", "--policy", ""]).names, "policy");
	assert.equal(complete(program, ["promote", "office", ""]).names, "ring");
	assert.equal(complete(program, ["token", "create", ""]).names, null);
});

test("where files are wanted nothing is offered, so that the shell completes them", () => {
	assert.deepEqual(complete(program, ["check", "po"]), { candidates: [], names: null });
	assert.deepEqual(complete(program, ["serve", "--config", ""]), { candidates: [], names: null });
	assert.deepEqual(words("audit", "export", "--format", ""), ["jsonl", "csv"]);
	assert.deepEqual(words("completion", ""), ["bash", "zsh", "fish"]);
});
