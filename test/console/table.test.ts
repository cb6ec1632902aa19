import assert from "node:assert/strict";
import { test } from "node:test";
import { table } from "../../src/console/table.ts";

const FINGERPRINT = `SHA256:${"A".repeat(43)}`;
const HEAD = ["machine", "state", "reason"];
const ROWS = [
	["mill-01, mill-02 and 3 more", "waiting for machine", "window night opens Sat 28 Nov 02:00 Europe/Budapest"],
	["mill-09", "quarantined", `host key changed: saw ssh-ed25519 ${FINGERPRINT}`],
	["mill-10", "verified", ""],
];
const plain = (columns: number) => ({ good: String, bad: String, faint: String, columns });
const drawn = (columns: number, rows = ROWS) => table(HEAD, rows, plain(columns));
const longest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

test("in a pipe each row is one line, however long", () => {
	const lines = drawn(Number.POSITIVE_INFINITY).split("\n");
	assert.equal(lines.length, 4);
	assert.match(lines[2] ?? "", new RegExp(`^mill-09 +quarantined +host key changed: saw ssh-ed25519 ${FINGERPRINT}$`));
});

test("long texts wrap between words and share the room that there is", () => {
	const text = drawn(90, ROWS.slice(0, 1));
	assert.ok(longest(text) <= 90, text);
	assert.match(text, /^mill-01, mill-02 and 3 more +waiting for machine +window night opens/m);
});

test("where the last column has no room it stands below its row, with its title", () => {
	for (const columns of [64, 80]) {
		const text = drawn(columns);
		assert.ok(longest(text) <= columns, text);
		assert.match(text, /^machine +state$/m);
		assert.match(text, /^mill-09 +quarantined\n {4}reason: host key changed: .*\n(.*\n)?.*A{43}\nmill-10 +verified$/m);
	}
});

test("on a very narrow terminal each cell has its own line, and the longest word is whole", () => {
	const text = drawn(30);
	assert.match(text, /^machine\nmill-01, mill-02 and 3 more\n {4}state: waiting for machine\n/);
	assert.ok(text.includes(FINGERPRINT), text);
	const words = text.split("\n").filter((line) => !line.includes(FINGERPRINT));
	assert.ok(longest(words.join("\n")) <= 30, text);
});
