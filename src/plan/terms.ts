import type { PackageState } from "../model/fleet.ts";
import type { Policy } from "../model/policy.ts";
import type { Gate } from "./gate.ts";
import type { Ground, Member } from "./ground.ts";
import type { HeldReason } from "./held.ts";
import type { WindowState } from "./windows.ts";

/**
 * All that what is decided of a machine in a ring depends on, beside its seat, the time, the places that are free and whether
 * the machine is busy. As long as none of it changes it is one and the same object.
 */
export interface Terms {
	readonly rollout: string;
	readonly packages: ReadonlyMap<string, PackageState>;
	/** That of a ring before it. */
	readonly gate: Gate | null;
	readonly recheckBefore: number;
	readonly brake: HeldReason | null;
	readonly bar: HeldReason | null;
	readonly install: WindowState;
	readonly reboot: WindowState;
	readonly prestage: HeldReason | null;
}

/** The last terms of each ring of a policy, by its place. */
const known = new WeakMap<Policy, Map<number, Terms>>();

/** Gate, brakes, windows and prestaging are told apart by identity: see `steady`. */
export function termsOf(ground: Ground, { count, ringIndex }: Pick<Member, "count" | "ringIndex">): Terms {
	const { rollout, gate, brake, bar, windows, prestage, fleet } = ground;
	const terms: Terms = {
		rollout: rollout.id,
		packages: fleet.packages,
		gate: gate && gate.index < ringIndex ? gate : null,
		recheckBefore: gate?.index === ringIndex ? gate.recheckBefore : 0,
		brake,
		bar,
		...windows,
		prestage: prestage.get(count.ring.name) ?? null,
	};
	const rings = known.get(rollout.policy) ?? new Map<number, Terms>();
	known.set(rollout.policy, rings);
	const last = rings.get(ringIndex);
	if (last && isSame(last, terms)) return last;
	rings.set(ringIndex, terms);
	return terms;
}

function isSame(a: Terms, b: Terms): boolean {
	return Object.entries(a).every(([key, value]) => b[key as keyof Terms] === value);
}
