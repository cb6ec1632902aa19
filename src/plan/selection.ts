import type { Machine } from "../model/machine.ts";
import type { Selector } from "../model/policy.ts";
import { matchesGlob } from "../policy/glob.ts";

/** Whether the selector takes this machine. Criteria of different kinds must all hold; a selector without any takes none. */
export function selects(selector: Selector, machine: Machine): boolean {
	const labels = new Set(Object.entries(machine.labels).flatMap(([key, value]) => [key, `${key}=${value}`]));
	const criteria = [
		anyOf(selector.groups, (group) => machine.groups.includes(group)),
		anyOf(selector.machines, (name) => name === machine.name),
		selector.match === undefined ? null : matchesGlob(selector.match, machine.name),
		anyOf(selector.labelsIncludeAny, (label) => labels.has(label)),
		selector.labelsIncludeAll.length === 0 ? null : selector.labelsIncludeAll.every((label) => labels.has(label)),
	].filter((holds) => holds !== null);
	const isExcluded = selector.labelsExcludeAny.some((label) => labels.has(label));
	return criteria.length > 0 && criteria.every(Boolean) && !isExcluded;
}

/** null: the criterion is not given. */
function anyOf(values: readonly string[], holds: (value: string) => boolean): boolean | null {
	return values.length === 0 ? null : values.some(holds);
}
