import { setTimeout as delay } from "node:timers/promises";
import { FLEETSEED } from "./fleetseed.ts";
import { run } from "./race.ts";
import { standingOf } from "./standing.ts";
import type { Trial, TrialOptions } from "./trial.ts";

const AT_MOST = 1.4;

/** A share of the machines is killed when half of the undisturbed time is over. */
export async function killSome({ stage, undisturbed }: TrialOptions, share: number): Promise<Trial> {
	const { lan, payload, signal } = stage;
	const victims = Math.max(1, Math.round(lan.machines.length * share));
	const result = await run(stage, FLEETSEED, {
		machines: lan.machines,
		floor: undisturbed.floorSeconds,
		during: async ({ entrants, kill }) => {
			await delay((undisturbed.seconds / 2) * 1000, undefined, { signal });
			// Evenly spread: those that stay are of every rate.
			const every = lan.machines.length / victims;
			await Promise.all(entrants.filter((_, index) => index % every < 1).map(kill));
		},
	});
	const standing = standingOf(result, { sizeBytes: payload.sizeBytes, sourceRate: lan.source.rate });
	const killed = lan.machines.length - result.machines.length;
	return {
		name: "kill",
		standing,
		seen: { killed, atSeconds: undisturbed.seconds / 2 },
		figures: [
			{
				what: `${killed} of ${lan.machines.length} killed at half-way: the rest, beside undisturbed`,
				value: standing.seconds / undisturbed.seconds,
				unit: "x",
				atMost: AT_MOST,
			},
		],
	};
}
