import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { programToRead } from "../../src/console/program.ts";

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
