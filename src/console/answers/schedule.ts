import { z } from "zod";
import { time } from "./fields.ts";

const windowRow = z
	.object({
		name: z.string(),
		is_for: z.enum(["installs", "reboots"]),
		days: z.array(z.string()),
		start_time: z.string().describe("02:00, by the clock of its time zone."),
		time_zone: z.string(),
		duration_seconds: z.number(),
		cutoff_seconds: z.number().describe("Nothing starts in the last part of it."),
		is_open: z.boolean().describe("Whether something may start in it now."),
		openings: z
			.array(z.object({ opens_at: time, starts_until: time, closes_at: time }))
			.describe("Of the days that were asked for, the one that is open now first."),
	})
	.meta({ id: "WindowRow" });

const scheduleRow = z
	.object({
		policy: z.string(),
		cron: z.string().nullable().describe("null: at once, whenever there is a new revision."),
		time_zone: z.string().nullable(),
		is_suspended: z.boolean(),
		is_persistent: z.boolean().describe("A run that was missed is made up, the latest one once."),
		last_run: time.nullable().describe("The run that is under way or was the last."),
		next_runs: z
			.array(time)
			.describe("Of the days that were asked for; the delay by chance is in the first one alone."),
		missed_runs: z.array(time).describe("Runs that were due and are not made up."),
		held: z.string().nullable().describe("Why the policy as a whole waits, if it does."),
		available_at: time.nullable().describe("No install starts before it."),
		deadline: time.nullable().describe("From then on installs and reboots wait for no window."),
		windows: z.array(windowRow).describe("Empty: installs may start at any time."),
	})
	.describe("When a policy runs, and when its installs and reboots may start.")
	.meta({ id: "ScheduleRow" });

export const scheduleReport = z
	.object({ at: time, until: time, policies: z.array(scheduleRow) })
	.meta({ id: "ScheduleReport" });
