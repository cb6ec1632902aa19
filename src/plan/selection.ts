import type { Machine } from "../model/machine.ts";
import type { Selector } from "../model/policy.ts";
import { matchesGlob } from "../policy/glob.ts";

/** Labels that come from what a machine is; nothing that it announces or that is assigned stands in for them. */
const FACT_LABELS = ["os", "distribution", "os_version", "arch"] as const;

/**
 * Whether the selector takes this machine. Criteria of different kinds must all hold; a selector without any takes none.
 * "unknown": it depends on facts that nobody has read yet.
 */
export function selects(selector: Selector, machine: Machine): boolean | "unknown" {
	const { groups, machines, match, labelsIncludeAny, labelsIncludeAll, labelsExcludeAny } = selector;
	const hasLabel = (label: string) => carries(machine, label);
	const criteria: (boolean | "unknown")[] = [];
	if (groups.length > 0) criteria.push(groups.some((group) => machine.groups.includes(group)));
	if (machines.length > 0) criteria.push(machines.includes(machine.name));
	if (match !== undefined) criteria.push(matchesGlob(match, machine.name));
	if (labelsIncludeAny.length > 0) criteria.push(any(labelsIncludeAny.map(hasLabel)));
	if (labelsIncludeAll.length > 0) criteria.push(not(any(labelsIncludeAll.map((label) => not(hasLabel(label))))));
	if (criteria.length === 0) return false;
	return not(any([...criteria.map(not), ...labelsExcludeAny.map(hasLabel)]));
}

/** Whether the machine has a label `key` or `key=value`. */
export function carries(machine: Machine, label: string): boolean | "unknown" {
	const [key = "", ...rest] = label.split("=");
	const value = labelValue(machine, key);
	if (value === "unknown") return "unknown";
	return rest.length === 0 ? value.found !== undefined : value.found === rest.join("=");
}

function labelValue(machine: Machine, key: string): { readonly found: string | undefined } | "unknown" {
	if (!FACT_LABELS.some((each) => each === key))
		return { found: Object.hasOwn(machine.labels, key) ? machine.labels[key] : undefined };
	const { facts } = machine;
	if (!facts) return "unknown";
	const { os, distribution, osVersion: os_version, arch } = facts;
	return { found: { os, distribution, os_version, arch }[key as (typeof FACT_LABELS)[number]] };
}

/** One certain yes decides; else what is unknown stays unknown. */
function any(answers: readonly (boolean | "unknown")[]): boolean | "unknown" {
	if (answers.includes(true)) return true;
	return answers.includes("unknown") ? "unknown" : false;
}

function not(answer: boolean | "unknown"): boolean | "unknown" {
	return answer === "unknown" ? answer : !answer;
}
