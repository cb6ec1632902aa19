import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { programToRead } from "../../src/console/program.ts";
import { ERROR_CODES } from "../../src/model/error-codes.ts";
import { run } from "./command-line.ts";

/** What they print has a format of its own: HTML, JSON lines or CSV, a script; and the daemon prints its log. */
const OWN_FORMAT = ["audit export", "audit report", "completion", "complete-words", "serve"];

/** Each command that does something by itself, as it is typed. */
function acts(command: Command, before: readonly string[] = []): readonly (readonly [string, Command])[] {
	return command.commands.flatMap((each) => {
		const words = [...before, each.name()];
		// commander keeps what a command does to itself.
		const isAct = Reflect.get(each, "_actionHandler") !== null;
		return [...(isAct ? [[words.join(" "), each] as const] : []), ...acts(each, words)];
	});
}

test("each command answers in JSON, but for those that print a format of their own", () => {
	const all = acts(programToRead());
	assert.ok(all.length >= 40, `${all.length} commands`);
	const without = all.filter(([, command]) => !command.options.some(({ long }) => long === "--json"));
	assert.deepEqual(without.map(([words]) => words).sort(), [...OWN_FORMAT].sort());
});

const MISUSED: readonly (readonly [string, number])[] = [
	["status", 3],
	["machines approve mill", 3],
	["approve office --yes", 3],
	["backup /nowhere/at/all --config /nowhere", 2],
	["statsu", 2],
	["machines aprove mill", 2],
	["schedule --days 99", 2],
	["simulate /nowhere.yaml", 2],
	["retry", 2],
	["token create eve --role king", 2],
];
for (const [words, expected] of MISUSED)
	test(`what is wrong with "${words} --json" is one line of JSON, beside the answer and not in it`, async () => {
		const { out, err, code } = await run(["--socket", "/nowhere.sock", ...words.split(" "), "--json"]);
		assert.deepEqual([out, code], ["", expected]);
		const { code: name, message, hint, ...others } = JSON.parse(err);
		assert.ok(Object.hasOwn(ERROR_CODES, name), err);
		assert.deepEqual([typeof message, typeof hint, others, err.split("\n").length], ["string", "string", {}, 2]);
	});

test("problems of a policy are an answer in JSON, whichever command finds them", async () => {
	const file = new URL("../../package.json", import.meta.url).pathname;
	for (const command of ["simulate", "check"]) {
		const { out, err, code } = await run([command, file, "--json"]);
		assert.deepEqual([err, code], ["", 1], command);
		assert.match(JSON.parse(out).problems[0].code, /^FS-POLICY-/);
	}
});
