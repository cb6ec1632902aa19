import type { Ground } from "./ground.ts";
import type { Seat } from "./seat.ts";

/** Packages of the rollout that are being delivered: whoever has one of them may seed it. */
export function wantedSeeds({ fleet, rollout }: Ground): ReadonlySet<string> {
	const wanted = new Set<string>();
	for (const { step } of fleet.running.values())
		if (step.kind === "deliver" && step.rollout === rollout.id) wanted.add(step.package);
	return wanted;
}

/** Whether it waits for its reboot and still seeds what is being delivered to others. */
export function seedsFor({ reboot, progress }: Seat, wanted: ReadonlySet<string>): boolean {
	if (wanted.size === 0 || reboot?.phase !== "due") return false;
	return [...wanted].some((each) => progress?.get(each)?.delivery !== undefined);
}
