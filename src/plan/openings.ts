import { Cron } from "croner";
import type { CronSchedule, MaintenanceWindow } from "../model/policy.ts";

/** ms since the epoch. */
export interface Opening {
	readonly opensAt: number;
	/** Nothing starts from then on. */
	readonly startsUntil: number;
	readonly closesAt: number;
}

export interface Span {
	readonly from: number;
	readonly until: number;
}

/** More than this of one line is no picture. */
const MOST = 500;
const DAY_MS = 86_400_000;

/** When the window is open in the span, what has begun before it included; for people to look at: `windowState` is what decides. */
export function openingsIn(window: MaintenanceWindow, { from, until }: Span): readonly Opening[] {
	const { hour, minute } = window.startTime;
	const line = `${minute} ${hour} * * ${window.days.join(",")}`;
	// No window is longer than a day.
	return firings(line, window.timeZone, { from: from - DAY_MS, until })
		.map((opensAt) => {
			const closesAt = opensAt + window.durationMs;
			return { opensAt, startsUntil: closesAt - window.cutoffMs, closesAt };
		})
		.filter(({ closesAt }) => closesAt > from);
}

/** When a schedule's line fires after the beginning of the span and within it. */
export function runsIn({ cron, timeZone, suspend }: CronSchedule, span: Span): readonly number[] {
	return suspend ? [] : firings(cron, timeZone, span);
}

function firings(line: string, timeZone: string, { from, until }: Span): readonly number[] {
	const cron = new Cron(line, { timezone: timeZone, paused: true });
	const found: number[] = [];
	for (let next = cron.nextRun(new Date(from)); next && found.length < MOST; next = cron.nextRun(next)) {
		if (next.getTime() >= until) break;
		found.push(next.getTime());
	}
	return found;
}
