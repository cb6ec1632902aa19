import { FLEETSEED } from "./fleetseed.ts";
import { floorSeconds } from "./floor.ts";
import { run } from "./race.ts";
import { standingOf } from "./standing.ts";
import type { Trial, TrialOptions } from "./trial.ts";

const AT_MOST = 1.3;

/** The fast machines alone, for what the slow ones cost them. */
export async function leaveSlowOut({ stage, undisturbed }: TrialOptions): Promise<Trial> {
	const { lan, payload } = stage;
	const fast = undisturbed.groups.toSorted((a, b) => b.rate - a.rate)[0];
	if (!fast) throw new Error("there are no groups");
	const machines = lan.machines.filter(({ rate }) => rate === fast.rate);
	const links = { source: lan.source.rate, peers: machines.map(({ rate }) => rate) };
	const result = await run(stage, FLEETSEED, { machines, floor: floorSeconds(payload.sizeBytes, links) });
	const standing = standingOf(result, { sizeBytes: payload.sizeBytes, sourceRate: lan.source.rate });
	return {
		name: "without the slow",
		standing,
		seen: {},
		figures: [
			{
				what: `the ${machines.length} fast machines, beside the same without the slow`,
				value: fast.seconds / standing.seconds,
				unit: "x",
				atMost: AT_MOST,
			},
		],
	};
}
