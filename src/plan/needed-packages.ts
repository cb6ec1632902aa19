import type { Fleet } from "../model/fleet.ts";

/** Digests of what may still be installed: by policies in force, by rollouts as they began, and on the way back of these. */
export function neededPackages({ policies, rollouts }: Fleet): ReadonlySet<string> {
	const running = [...rollouts.values()].flatMap(({ policy, previous }) => (previous ? [policy, previous] : [policy]));
	const all = [...[...policies.values()].map(({ policy }) => policy), ...running];
	return new Set(all.flatMap(({ packages }) => packages.map(({ sha256 }) => sha256)).filter((sha256) => sha256 !== ""));
}
