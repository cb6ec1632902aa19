import assert from "node:assert/strict";
import { test } from "node:test";
import { lastParse } from "../../src/daemon/last-parse.ts";

test("what a file says is parsed once while it says the same, and anew when it, or the file, is another", () => {
	const parse = lastParse((text, file) => ({ said: `${file}: ${text}` }));
	const first = parse("a", "inventory.yaml");
	assert.deepEqual(first, { said: "inventory.yaml: a" });
	assert.equal(parse("a", "inventory.yaml"), first);
	assert.deepEqual(parse("a", "other.yaml"), { said: "other.yaml: a" });
	assert.deepEqual(parse("b", "other.yaml"), { said: "other.yaml: b" });
	assert.notEqual(parse("a", "inventory.yaml"), first, "one is kept, not each that ever was");
});
