import type { CronSchedule, MaintenanceWindow, Schedule } from "../model/policy.ts";
import type { TimeWindow } from "../model/time-window.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { WEEKDAYS } from "./schedule-schema.ts";

type WrittenSchedule = PolicyDocument["schedule"];
type WrittenWindow = PolicyDocument["maintenance_windows"][number];
type WrittenTimeWindow = Pick<WrittenWindow, "name" | "days" | "start_time" | "duration" | "time_zone">;

export function toSchedule(schedule: WrittenSchedule): Schedule {
	return schedule === "now" ? { kind: "now", suspend: false } : toCron(schedule);
}

function toCron(written: Exclude<WrittenSchedule, "now">): CronSchedule {
	const { cron, time_zone, persistent, starting_deadline, randomized_delay, suspend } = written;
	return {
		kind: "cron",
		cron,
		timeZone: time_zone,
		persistent,
		...(starting_deadline === undefined ? {} : { startingDeadlineMs: starting_deadline }),
		randomizedDelayMs: randomized_delay,
		suspend,
	};
}

export function toWindow(written: WrittenWindow): MaintenanceWindow {
	return { ...toTimeWindow(written), cutoffMs: written.cutoff };
}

export function toTimeWindow({ name, days, start_time, duration, time_zone }: WrittenTimeWindow): TimeWindow {
	return {
		name,
		days: WEEKDAYS.filter((day) => days.includes(day)),
		startTime: { hour: Number(start_time.slice(0, 2)), minute: Number(start_time.slice(3)) },
		durationMs: duration,
		timeZone: time_zone,
	};
}
