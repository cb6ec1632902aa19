import type { Ground, Member } from "./ground.ts";
import type { RingCount } from "./rings.ts";
import type { Seat } from "./seat.ts";

/** By rings, all with something left to do; those that wait for their reboot and still seed what is being delivered to others come last. */
export function inOrder({ fleet, rollout, gate }: Ground, rings: readonly RingCount[]): readonly Member[] {
	const wanted = new Set<string>();
	for (const { step } of fleet.running.values())
		if (step.kind === "deliver" && step.rollout === rollout.id) wanted.add(step.package);
	const members: Member[] = [];
	const seeds: Member[] = [];
	for (const [ringIndex, count] of rings.entries()) {
		const isRechecked = gate?.index === ringIndex && gate.recheckBefore > 0;
		count.members.forEach((seat, index) => {
			const standing = count.standings[index] ?? "open";
			if (standing === "verified" && !isRechecked) return;
			const member = { seat, machine: seat.machine, standing, count, ringIndex };
			(seedsFor(seat, wanted) ? seeds : members).push(member);
		});
	}
	return seeds.length === 0 ? members : [...members, ...seeds];
}

function seedsFor({ reboot, progress }: Seat, wanted: ReadonlySet<string>): boolean {
	if (wanted.size === 0 || reboot?.phase !== "due") return false;
	return [...wanted].some((each) => progress?.get(each)?.delivery !== undefined);
}
