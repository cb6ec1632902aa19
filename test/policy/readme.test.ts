import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parsePolicy } from "../../src/policy/parse-policy.ts";

test("the policy that the README shows is a good one", () => {
	const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
	const [, text] = /```yaml\n([\s\S]+?)```/.exec(readme) ?? [];
	assert.ok(text, "the README shows a policy");
	assert.ok("policy" in parsePolicy(text, "README.md"), JSON.stringify(parsePolicy(text, "README.md")));
});
