import type { CronSchedule, MaintenanceWindow } from "../model/policy.ts";
import { firingsWithin } from "./firings.ts";
import type { Span } from "./span.ts";
import { lineOf, startsUntil } from "./windows.ts";

/** ms since the epoch. */
export interface Opening {
	readonly opensAt: number;
	/** Nothing starts from then on. */
	readonly startsUntil: number;
	readonly closesAt: number;
}

/** More than this of one line is no picture. */
const MOST = 500;
const DAY_MS = 86_400_000;

/** When the window is open in the span, what has begun before it included; for people to look at: `windowState` is what decides. */
export function openingsIn(window: MaintenanceWindow, { from, until }: Span): readonly Opening[] {
	const { timeZone, durationMs } = window;
	// No window is longer than a day.
	return firingsWithin({ line: lineOf(window), timeZone }, { from: from - DAY_MS, until }, MOST)
		.map((opensAt) => ({ opensAt, startsUntil: startsUntil(window, opensAt), closesAt: opensAt + durationMs }))
		.filter(({ closesAt }) => closesAt > from);
}

/** When a schedule's line fires after the beginning of the span and within it. */
export function runsIn({ cron, timeZone, suspend }: CronSchedule, span: Span): readonly number[] {
	return suspend ? [] : firingsWithin({ line: cron, timeZone }, span, MOST);
}
