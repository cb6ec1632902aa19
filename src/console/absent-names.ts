import type { Fleet } from "../model/fleet.ts";
import type { Policy, Selector } from "../model/policy.ts";
import type { RolloutReport } from "./cockpit.ts";

/** Looks up what a policy's targets and rings name and nobody bears: a machine that has yet to appear, or a slip of the pen. */
export function absentNamesIn({ machines }: Fleet): (policy: Policy) => RolloutReport["absent_names"] {
	const groups = new Set([...machines.values()].flatMap((machine) => machine.groups));
	return (policy) => {
		const selectors = selectorsOf(policy);
		return {
			machines: without(selectors, "machines", (name) => machines.has(name)),
			groups: without(selectors, "groups", (name) => groups.has(name)),
		};
	};
}

function selectorsOf({ targets, rollout }: Policy): readonly Selector[] {
	const rings = rollout.rings.flatMap(({ members }) => (members.kind === "targets" ? [members.targets] : []));
	return [targets, ...rings];
}

function without(
	selectors: readonly Selector[],
	kind: "machines" | "groups",
	isBorne: (name: string) => boolean,
): readonly string[] {
	return [...new Set(selectors.flatMap((selector) => selector[kind].filter((name) => !isBorne(name))))];
}
