import type { Observation, Verdict } from "../model/facts.ts";
import type { DetectionRule, PackageSpec } from "../model/policy.ts";

type Expected = Pick<PackageSpec, "detection" | "state">;

/**
 * Whether the machine is as expected: every rule holds, one does not, or it cannot be known. Of a package that shall be absent no
 * rule may hold.
 */
export function verdict({ detection, state }: Expected, facts: readonly Observation[]): Verdict {
	const found = detection.map((rule, index) => judge(rule, facts[index]));
	const each = state === "absent" ? found.map(opposite) : found;
	if (each.includes("differs")) return "differs";
	return each.includes("unknown") || each.length === 0 ? "unknown" : "verified";
}

function opposite(found: Verdict): Verdict {
	if (found === "unknown") return found;
	return found === "verified" ? "differs" : "verified";
}

function judge(rule: DetectionRule, saw: Observation | undefined): Verdict {
	if (saw === undefined || saw.type !== rule.type) return "unknown";
	return holds(rule, saw) ? "verified" : "differs";
}

function holds(rule: DetectionRule, saw: Observation): boolean {
	if (rule.type === "package" && saw.type === "package")
		return saw.version !== null && (rule.version === undefined || saw.version === rule.version);
	if (rule.type === "file" && saw.type === "file")
		return saw.exists && isAsWanted(rule.sha256, saw.sha256) && isAsWanted(rule.version, saw.version);
	if (rule.type === "registry" && saw.type === "registry")
		return saw.exists && (rule.data === undefined || saw.data === rule.data);
	if (rule.type === "msi" && saw.type === "msi")
		return saw.version !== null && (rule.version === undefined || saw.version === rule.version);
	return saw.type === "script" && saw.exitCode === 0;
}

/** Nothing in particular, or just this. */
function isAsWanted(wanted: string | undefined, saw: string | undefined): boolean {
	return wanted === undefined || saw === wanted;
}
