import { z } from "zod";
import type { Weekday } from "../model/time-window.ts";
import { expects } from "./expectation.ts";
import { duration, name, text } from "./fields.ts";
import { mapping, namesDiffer, rule } from "./mapping.ts";
import { everFires, isCron, isTimeZone } from "./time.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const satisfies readonly Weekday[];

export const DAY_MS = 86_400_000;
const ZONE = "an IANA time zone such as Europe/Budapest, not an offset";
const CRON = "a cron line of five fields such as 0 2 * * sat";

const timeZone = z.string(ZONE).refine(isTimeZone, expects(ZONE, "FS-POLICY-ZONE"));

const cron = z
	.string(CRON)
	.refine(isCron, { error: expects(CRON, "FS-POLICY-CRON"), abort: true })
	.refine(everFires, expects("a cron line that fires some day", "FS-POLICY-CRON-NEVER"))
	.transform((line) => line.trim().toLowerCase().replace(/\s+/g, " "));

interface Catching {
	readonly persistent: boolean;
	readonly starting_deadline?: unknown;
}

export const scheduleSchema = z.union(
	[
		z.literal("now"),
		mapping({
			cron: cron.describe("When runs begin: minute, hour, day of month, month, day of week."),
			time_zone: timeZone.describe("The IANA zone of the cron line."),
			persistent: z
				.boolean("true or false")
				.default(false)
				.describe("Make up for the latest run that was missed while the controller was away, once."),
			starting_deadline: duration("1m", "999d")
				.optional()
				.describe("How late a persistent run may begin; after that it is missed. Default: no limit."),
			randomized_delay: duration("0s", "1d")
				.prefault("0s")
				.describe("Each run begins up to so much later, by a stable hash of policy and run."),
			suspend: z.boolean("true or false").default(false).describe("No run begins while this is true."),
		}).check(
			rule<Catching>(["persistent", "starting_deadline"], ({ persistent, starting_deadline }) => {
				const isIdle = starting_deadline !== undefined && !persistent;
				const expected = "persistent: true beside it: else nothing is made up, however early";
				return isIdle ? [{ path: ["starting_deadline"], expected, code: "FS-POLICY-VALUE" }] : [];
			}),
		),
	],
	"now, or a mapping of cron and time_zone",
);

interface Span {
	readonly duration: number;
	readonly cutoff: number;
}

/** The keys of every window, whatever holds in it. */
export const windowKeys = {
	name: name.describe("The window's name."),
	days: z
		.array(z.enum(WEEKDAYS, WEEKDAYS.join(", ")))
		.min(1, "at least one day")
		.default([...WEEKDAYS])
		.describe("The days on which the window opens. Default: every day."),
	start_time: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day from "00:00" to "23:59"').describe(
		"When the window opens, by the wall clock of the zone.",
	),
	duration: duration("0s", "999999d").describe("How long it stays open, at most 24h; it may last past midnight."),
	time_zone: timeZone.describe("The IANA zone of start_time."),
};

export const windowSchema = mapping({
	...windowKeys,
	cutoff: duration("0s", "999999d").prefault("0s").describe("No install starts in this last part of the window."),
}).check(
	rule<Span>(["duration", "cutoff"], ({ duration, cutoff }) => {
		const expected = duration > DAY_MS ? "a window of at most 24h" : "a window longer than its cutoff";
		const isSound = duration > cutoff && duration <= DAY_MS;
		return isSound ? [] : [{ path: ["duration"], expected, code: "FS-POLICY-WINDOW" }];
	}),
);

export const windowsSchema = z.array(windowSchema).check(namesDiffer);
