import type { ScheduleReport, ScheduleRow } from "./cockpit.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { timeText } from "./time-text.ts";

export function renderSchedule({ at, policies }: ScheduleReport, style: Style): string {
	if (policies.length === 0) return "no policy is in force";
	const rows = policies.map((row) => [
		row.policy,
		when(row),
		next(row),
		missed(row),
		windowOf(row, at),
		row.held ?? "",
	]);
	return table(["policy", "schedule", "next run", "missed", "installs may start", "held"], rows, style);
}

function when({ cron, time_zone, is_suspended }: ScheduleRow): string {
	const line = cron === null ? "now" : `${cron} ${time_zone}`;
	return is_suspended ? `${line}, suspended` : line;
}

function next({ next_runs: [run], time_zone }: ScheduleRow): string {
	return run === undefined ? "" : timeText(Date.parse(run), time_zone ?? "UTC");
}

function missed({ missed_runs, time_zone }: ScheduleRow): string {
	const last = missed_runs.at(-1);
	return last === undefined ? "" : `${missed_runs.length}, last ${timeText(Date.parse(last), time_zone ?? "UTC")}`;
}

/** The window that is open, or the one that opens next; in one that is past its cutoff nothing starts. */
function windowOf({ windows }: ScheduleRow, at: string): string {
	const forInstalls = windows.filter(({ is_for }) => is_for === "installs");
	if (forInstalls.length === 0) return "at any time";
	const [first] = forInstalls
		.flatMap(({ name, time_zone, openings }) => openings.map((opening) => ({ name, time_zone, ...opening })))
		.filter(({ starts_until }) => starts_until > at)
		.sort((a, b) => a.opens_at.localeCompare(b.opens_at));
	if (!first) return "in no window of these days";
	const { name, starts_until, opens_at, time_zone } = first;
	return opens_at <= at
		? `${name}: until ${timeText(Date.parse(starts_until), time_zone)}`
		: `${name}: from ${timeText(Date.parse(opens_at), time_zone)}`;
}
