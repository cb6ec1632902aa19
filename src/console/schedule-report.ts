import type { AppliedPolicy } from "../model/fleet.ts";
import type { MaintenanceWindow } from "../model/policy.ts";
import { openingsIn, runsIn } from "../plan/openings.ts";
import { runTimes } from "../plan/schedule.ts";
import type { Span } from "../plan/span.ts";
import type { ScheduleReport, ScheduleRow } from "./cockpit.ts";
import type { Sight } from "./sight.ts";
import { iso, isoOrNull } from "./time-text.ts";

const DAY_MS = 86_400_000;
const RUNS_SHOWN = 50;

/** When each policy runs and may install, for so many days from now. */
export function scheduleReport(sight: Sight, days: number): ScheduleReport {
	const span = { from: sight.now, until: sight.now + days * DAY_MS };
	const policies = [...sight.fleet.policies.values()].map((applied) => scheduleRow(sight, applied, span));
	return { at: iso(span.from), until: iso(span.until), policies };
}

function scheduleRow(sight: Sight, { policy, missedRuns }: AppliedPolicy, span: Span): ScheduleRow {
	const { schedule, maintenanceWindows, reboot } = policy;
	const isCron = schedule.kind === "cron";
	const held = sight.wholeHeld(policy.name);
	return {
		policy: policy.name,
		cron: isCron ? schedule.cron : null,
		time_zone: isCron ? schedule.timeZone : null,
		is_suspended: schedule.suspend,
		is_persistent: isCron && schedule.persistent,
		last_run: isoOrNull(sight.fleet.rollouts.get(policy.name)?.run),
		next_runs: nextRuns(policy.name, schedule, span).map(iso),
		missed_runs: missedRuns.map(iso),
		held: held ? sight.sentence(held) : null,
		available_at: isoOrNull(policy.availableAt),
		deadline: isoOrNull(policy.deadline),
		windows: [
			...maintenanceWindows.map((each) => windowRow(each, "installs", span)),
			...(reboot.window ? [windowRow(reboot.window, "reboots", span)] : []),
		],
	};
}

/** The first is the one that the daemon waits for, its delay included, however far it is. */
function nextRuns(policy: string, schedule: AppliedPolicy["policy"]["schedule"], span: Span): readonly number[] {
	const { from: now } = span;
	const { next } = runTimes(schedule, { policy, since: now, now });
	if (schedule.kind !== "cron" || next === null) return [];
	return [next, ...runsIn(schedule, span).filter((run) => run > next)].slice(0, RUNS_SHOWN);
}

function windowRow(
	window: MaintenanceWindow,
	isFor: "installs" | "reboots",
	span: Span,
): ScheduleRow["windows"][number] {
	const openings = openingsIn(window, span);
	const { hour, minute } = window.startTime;
	const two = (value: number) => String(value).padStart(2, "0");
	return {
		name: window.name,
		is_for: isFor,
		days: [...window.days],
		start_time: `${two(hour)}:${two(minute)}`,
		time_zone: window.timeZone,
		duration_seconds: window.durationMs / 1000,
		cutoff_seconds: window.cutoffMs / 1000,
		is_open: openings.some(({ opensAt, startsUntil }) => opensAt <= span.from && span.from < startsUntil),
		openings: openings.map(({ opensAt, startsUntil, closesAt }) => ({
			opens_at: iso(opensAt),
			starts_until: iso(startsUntil),
			closes_at: iso(closesAt),
		})),
	};
}
