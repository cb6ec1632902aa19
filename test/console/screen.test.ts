import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, Screen } from "../../src/console/screen.ts";

test("long lines are wrapped between words, further in than they began, and colour takes no room", () => {
	assert.deepEqual(fitted("  all of these words\nshort", { rows: 9, columns: 12 }), [
		"  all of",
		"      these",
		"      words",
		"short",
	]);
	assert.deepEqual(fitted("name    [##] done", { rows: 9, columns: 12 }), ["name    [##]", "    done"]);
	assert.deepEqual(fitted(`${" ".repeat(10)}below`, { rows: 9, columns: 12 }), ["    below"]);
	const green = "\u001b[32m[####]\u001b[39m 2 of 2";
	assert.deepEqual(fitted(green, { rows: 9, columns: 13 }), [green]);
	assert.deepEqual(fitted("a".repeat(20), { rows: 9, columns: 12 }), ["a".repeat(20)], "nothing is cut off");
});

test("of more lines than there are rows, the first and the last four are shown, and between them how many are not", () => {
	const lines = Array.from({ length: 10 }, (_, index) => `line ${index}`);
	assert.deepEqual(fitted(lines.join("\n"), { rows: 10, columns: 80 }), lines);
	assert.deepEqual(fitted(lines.join("\n"), { rows: 7, columns: 80 }), [
		...lines.slice(0, 2),
		"... 4 more lines",
		...lines.slice(-4),
	]);
	assert.deepEqual(fitted(lines.join("\n"), { rows: 3, columns: 80 }), lines.slice(-3));
});

test("the first drawing pushes up what was there, the next ones are in its place, in the size that the terminal has then", () => {
	const written: string[] = [];
	const terminal = { rows: 4, columns: 9, write: (text: string) => written.push(text) > 0 };
	const screen = new Screen(terminal as unknown as NodeJS.WriteStream);
	screen.draw("one two three");
	terminal.columns = 80;
	screen.draw("one two three");
	assert.deepEqual(written, [
		"\n\n\n\n\u001b[Hone two\u001b[K\n    three\u001b[K\n\u001b[J",
		"\u001b[Hone two three\u001b[K\n\u001b[J",
	]);
});
