import type { PackageState } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { Ground, Member } from "./ground.ts";

/**
 * All that what is decided of a machine in a ring depends on, beside its seat, the time, the places that are free and whether
 * the machine is busy. As long as none of it changes it is one and the same object.
 */
export interface Terms {
	readonly packages: ReadonlyMap<string, PackageState>;
	/** Gate, brakes, windows and prestaging as one text. */
	readonly text: string;
}

/** The last terms of each ring of a policy, by its place. */
const known = new WeakMap<Policy, Map<number, Terms>>();

export function termsOf(ground: Ground, { count, ringIndex }: Pick<Member, "count" | "ringIndex">): Terms {
	const { rollout, gate, brake, bar, windows, prestage, fleet } = ground;
	const ahead = gate && gate.index < ringIndex ? [gate.reason, gate.wakeAt] : null;
	const recheckBefore = gate?.index === ringIndex ? gate.recheckBefore : 0;
	const parts = [rollout.id, ahead, recheckBefore, brake, bar, windows, prestage.get(count.ring.name) ?? null];
	const terms = { packages: fleet.packages, text: JSON.stringify(parts) };
	const rings = known.get(rollout.policy) ?? new Map<number, Terms>();
	known.set(rollout.policy, rings);
	const last = rings.get(ringIndex);
	if (last && last.packages === terms.packages && last.text === terms.text) return last;
	rings.set(ringIndex, terms);
	return terms;
}
