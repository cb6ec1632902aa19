import type { Rollout } from "../model/fleet.ts";
import type { Machine } from "../model/machine.ts";
import type { Ground, Member } from "./ground.ts";
import type { RingCount } from "./rings.ts";

/** By rings, all with something left to do; those that wait for their reboot and still seed what is being delivered to others come last. */
export function inOrder({ fleet, rollout, gate }: Ground, rings: readonly RingCount[]): readonly Member[] {
	const wanted = new Set<string>();
	for (const { step } of fleet.running.values())
		if (step.kind === "deliver" && step.rollout === rollout.id) wanted.add(step.package);
	const members: Member[] = [];
	const seeds: Member[] = [];
	for (const [ringIndex, count] of rings.entries()) {
		const isRechecked = gate?.index === ringIndex && gate.recheckBefore > 0;
		for (const [index, machine] of count.members.entries()) {
			const standing = count.standings[index] ?? "open";
			if (standing === "verified" && !isRechecked) continue;
			const member = { machine, standing, count, ringIndex };
			(seedsFor(rollout, machine, wanted) ? seeds : members).push(member);
		}
	}
	return seeds.length === 0 ? members : [...members, ...seeds];
}

function seedsFor(rollout: Rollout, { name }: Machine, wanted: ReadonlySet<string>): boolean {
	if (wanted.size === 0 || rollout.reboots.get(name)?.phase !== "due") return false;
	const tasks = rollout.progress.get(name) ?? new Map();
	return [...wanted].some((each) => tasks.get(each)?.delivery !== undefined);
}
