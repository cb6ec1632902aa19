import type { Observation, Verdict } from "../model/facts.ts";
import type { DetectionRule } from "../model/policy.ts";

/** Whether the machine is as expected: every rule holds, one does not, or it cannot be known. */
export function verdict(expected: readonly DetectionRule[], facts: readonly Observation[]): Verdict {
	const each = expected.map((rule, index) => judge(rule, facts[index]));
	if (each.includes("differs")) return "differs";
	return each.includes("unknown") || each.length === 0 ? "unknown" : "verified";
}

function judge(rule: DetectionRule, saw: Observation | undefined): Verdict {
	if (saw === undefined || saw.type !== rule.type) return "unknown";
	return holds(rule, saw) ? "verified" : "differs";
}

function holds(rule: DetectionRule, saw: Observation): boolean {
	if (rule.type === "package" && saw.type === "package")
		return saw.version !== null && (rule.version === undefined || saw.version === rule.version);
	if (rule.type === "file" && saw.type === "file")
		return saw.exists && (rule.sha256 === undefined || saw.sha256 === rule.sha256);
	return saw.type === "script" && saw.exitCode === 0;
}
