import { Cron } from "croner";
import type { Schedule } from "../model/policy.ts";

export interface RunTimes {
	/** The latest run that is due at `now` and later than `since`, or null. */
	readonly due: number | null;
	readonly missed: readonly number[];
	readonly next: number | null;
}

/**
 * A run that fell into an hour that daylight saving skips moves to the first existing minute; one in the hour that
 * comes twice runs once (croner's rule). Runs missed while nobody asked are made up by the latest of them, once.
 */
export function runTimes(schedule: Schedule, { since, now }: { policy: string; since: number; now: number }): RunTimes {
	if (schedule.kind === "now" || schedule.suspend) return { due: null, missed: [], next: null };
	const cron = new Cron(schedule.cron, { timezone: schedule.timeZone, paused: true });
	const latest = cron.previousRuns(1, new Date(now + 1))[0]?.getTime() ?? null;
	return {
		missed: [],
		due: latest !== null && latest > since && latest <= now ? latest : null,
		next: cron.nextRun(new Date(now))?.getTime() ?? null,
	};
}
