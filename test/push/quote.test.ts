import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { quote } from "../../src/push/quote.ts";

const word = fc.oneof(
	fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
	fc.string({ unit: fc.constantFrom(..."'\"\\$`!*?[]{}();&|<>~# \n\t\r-=%^") }),
	fc.constantFrom("$(touch canary)", "'; touch canary; '", "-n", "", "{file}", "\u202e", "é\u0301"),
);

for (const shell of ["/bin/sh", "/bin/bash"]) {
	test(`any words come back from ${shell} as they went in`, () => {
		fc.assert(
			fc.property(fc.array(fc.array(word, { maxLength: 8 }), { minLength: 20, maxLength: 40 }), (argvs) => {
				const lines = argvs.map((argv) => `show ${quote(argv)}`).join("\n");
				const script = `show() { for word; do printf '%s\\0' "$word"; done; printf '\\0'; }\n${lines}\n`;
				const { stdout } = spawnSync(shell, ["-s"], { input: script });
				const expected = argvs.map((argv) => `${argv.map((each) => `${each}\0`).join("")}\0`).join("");
				assert.equal(stdout.toString("utf8"), Buffer.from(expected).toString("utf8"));
			}),
			{ numRuns: 60 },
		);
	});
}

test("a command is one line's words, each in single quotes", () => {
	assert.equal(quote(["printf", "%s", "it's", ""]), `'printf' '%s' 'it'\\''s' ''`);
});

test("refuses NUL, which no command line can carry", () => {
	assert.throws(() => quote(["a\0b"]), RangeError);
});
