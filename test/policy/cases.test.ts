import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ERROR_CODES } from "../../src/model/error-codes.ts";
import { describeProblem, type Problem } from "../../src/policy/document.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";

/** Each NAME.policy has its problems beside it, as they are printed. */
const folder = join(import.meta.dirname, "cases");
const names = readdirSync(folder)
	.filter((file) => file.endsWith(".policy"))
	.map((file) => file.replace(/\.policy$/, ""));

function problemsOf(name: string): readonly Problem[] {
	const parsed = parsePolicy(readFileSync(join(folder, `${name}.policy`), "utf8"), `${name}.policy`);
	return "problems" in parsed ? parsed.problems : [];
}

for (const name of names) {
	test(`names every problem of ${name}.policy at its place`, () => {
		const expected = readFileSync(join(folder, `${name}.problems`), "utf8")
			.trimEnd()
			.split("\n");
		assert.deepEqual(problemsOf(name).map(describeProblem), expected);
	});
}

test("the cases reach every policy code but those of the limits", () => {
	const reached = new Set(names.flatMap(problemsOf).map(({ code }) => code));
	// FS-POLICY-UNKNOWN is said of a name on the command line.
	const codes = Object.keys(ERROR_CODES).filter((code) => /^FS-POLICY-(?!UNKNOWN)/.test(code));
	const missing = codes.filter((code) => !reached.has(code as Problem["code"]));
	assert.deepEqual(missing, ["FS-POLICY-SIZE", "FS-POLICY-DEPTH"]);
});
