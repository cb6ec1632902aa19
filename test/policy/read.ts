import assert from "node:assert/strict";
import type { Policy } from "../../src/model/policy.ts";
import { describeProblem, type Problem } from "../../src/policy/document.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";

export const CHECKSUM = `sha256:${"ab".repeat(32)}`;

/** A small valid policy; `changes` replace top-level keys, and what they set to undefined is left out. YAML takes JSON. */
export function policyText(changes: Readonly<Record<string, unknown>> = {}): string {
	return JSON.stringify({
		version: 1,
		name: "office",
		packages: [packageOf()],
		targets: { match: "*" },
		schedule: "now",
		...changes,
	});
}

export function packageOf(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
	const source = { url: "https://example.org/a" };
	return { name: "a", version: "1.2", type: "deb", source, checksum: CHECKSUM, ...changes };
}

export function policyOf(text: string): Policy {
	const parsed = parsePolicy(text, "office.yaml");
	assert.ok("policy" in parsed, "problems" in parsed ? parsed.problems.map(describeProblem).join("\n") : "");
	return parsed.policy;
}

export function problemsOf(text: string): readonly Problem[] {
	const parsed = parsePolicy(text, "office.yaml");
	return "problems" in parsed ? parsed.problems : [];
}
