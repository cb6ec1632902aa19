import type { CronSchedule, Schedule } from "../model/policy.ts";
import { firingsAround } from "./firings.ts";
import { stablePercentile } from "./stable-hash.ts";

export interface RunTimes {
	/** The run that shall begin now, by its cron time (ms since the epoch), or null. */
	readonly due: number | null;
	/** Runs later than `since` that are not made up, the latest ten at most, in order. */
	readonly missed: readonly number[];
	/** When the next run becomes due; null: never. */
	readonly next: number | null;
}

/** A run that begins up to so late is on time: the controller was just starting again. */
const ON_TIME_MS = 5 * 60_000;
const MISSED_SHOWN = 10;

/**
 * Which run is due, which were missed since the last one, and when to ask again. A run that fell into an hour that daylight
 * saving skips moves to the first existing minute; one in the hour that comes twice runs once.
 */
export function runTimes(
	schedule: Schedule,
	{ policy, since, now }: { readonly policy: string; readonly since: number; readonly now: number },
): RunTimes {
	if (schedule.kind === "now" || schedule.suspend) return { due: null, missed: [], next: null };
	const dueAt = (run: number) => run + delayOf(schedule, policy, run);
	const { past, next: upcoming } = firingsAround(schedule, { line: schedule.cron, timeZone: schedule.timeZone }, now);
	const fresh = past.filter((run) => run > since).toReversed();
	const reached = fresh.filter((run) => dueAt(run) <= now);
	const latest = reached.at(-1) ?? null;
	const due = latest !== null && now <= dueAt(latest) + patienceOf(schedule) ? latest : null;
	const missed = reached.filter((run) => run !== due).slice(-MISSED_SHOWN);
	const coming = [...fresh.filter((run) => dueAt(run) > now), ...(upcoming === null ? [] : [upcoming])].map(dueAt);
	return { due, missed, next: coming.length === 0 ? null : Math.min(...coming) };
}

/**
 * Up to when runs were begun or missed, by one mark of it. A mark that lies ahead is from a clock that has been set back since: which runs it had seen
 * before is not known, so that none is made up, and none that comes from now on is skipped.
 */
export function seenUntil(mark: number, now: number): number {
	return mark > now ? now - ON_TIME_MS : mark;
}

function delayOf({ randomizedDelayMs }: CronSchedule, policy: string, run: number): number {
	return randomizedDelayMs === 0 ? 0 : Math.floor((stablePercentile(policy, String(run)) / 100) * randomizedDelayMs);
}

/** How late the latest run may still begin. */
function patienceOf({ persistent, startingDeadlineMs }: CronSchedule): number {
	return persistent ? Math.max(ON_TIME_MS, startingDeadlineMs ?? Number.POSITIVE_INFINITY) : ON_TIME_MS;
}
