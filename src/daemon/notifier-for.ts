import { hostname } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Metrics } from "../console/metrics/metrics.ts";
import { Notifier } from "../notify/notifier.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { passwordIn, readCredential } from "./credentials.ts";

interface Surroundings {
	/** As of the last reload. */
	readonly settings: () => Settings;
	readonly stateFolder: string;
	readonly metrics: Metrics;
	readonly log: Logger;
	readonly now: () => number;
}

/** The daemon's notifier, whose secrets are read from `credentials` each time that they are needed. */
export function notifierFor({ settings, stateFolder, metrics, log, now }: Surroundings): Notifier {
	const file = join(stateFolder, "notices.sqlite");
	return new Notifier({
		file,
		controller: hostname(),
		secret: async (name) => {
			const read = await readCredential(settings(), name);
			if ("code" in read) throw new Error(`${read.detail} (${read.code})`);
			return passwordIn(read.secret);
		},
		onOutcome: (outcome) => {
			metrics.noticed(outcome);
			if (outcome.outcome !== "sent") log.warn(outcome, "notices were not taken");
		},
		onDropped: ({ sink, notices }) => {
			metrics.noticed({ sink, outcome: "dropped", notices });
			log.error({ sink, notices }, "too many notices wait: new ones are lost");
		},
		onProblem: (error) => log.error({ err: error, file }, "notices cannot be kept, and are lost until they can"),
		now,
	});
}
