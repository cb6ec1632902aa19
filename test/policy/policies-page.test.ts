import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { PAGE, pageWithTable } from "./policies-page.ts";

const page = readFileSync(PAGE, "utf8");

test("the page about policies has the schema's own table of keys (npm run docs writes it)", () => {
	assert.ok(page.includes("| `rollout.rings[].min_healthy_time` |"));
	assert.equal(pageWithTable(page), page);
});

test("every example on the page is accepted in a policy", () => {
	const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = ""]) => yaml);
	assert.ok(examples.length >= 8, `${examples.length} examples`);
	const whole = examples.find((example) => example.startsWith("version: 1")) ?? "";
	for (const example of examples) {
		const keys = [...example.matchAll(/^([a-z_]+):/gm)].map(([, key]) => key);
		const rest = whole.split(/^(?=[a-z_]+:)/m).filter((part) => !keys.some((key) => part.startsWith(`${key}:`)));
		const parsed = parsePolicy(rest.join("") + example, "example.yaml");
		assert.ok("policy" in parsed, `${JSON.stringify(parsed)}\n${rest.join("") + example}`);
	}
});
