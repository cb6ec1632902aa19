import { Temporal } from "temporal-polyfill";

/** Zones with a full hour, half an hour, a negative, and no daylight saving. */
export const ZONES = [
	"Europe/Budapest",
	"America/New_York",
	"Australia/Lord_Howe",
	"Africa/Casablanca",
	"Asia/Kathmandu",
] as const;

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2036, 0, 1);

/**
 * The moments at which a zone's clock jumps, from 2026 to 2035, ms since the epoch: found day by day and then by halving,
 * because Temporal's own search leaps over the short season of Ramadan.
 */
export function transitionsOf(zone: string): readonly number[] {
	const transitions: number[] = [];
	for (let day = FROM; day < TO; day += DAY_MS)
		if (offsetAt(day, zone) !== offsetAt(day + DAY_MS, zone)) transitions.push(jumpBetween(day, day + DAY_MS, zone));
	return transitions;
}

function jumpBetween(from: number, to: number, zone: string): number {
	let [before, after] = [from, to];
	while (after - before > 1) {
		const middle = Math.floor((before + after) / 2);
		if (offsetAt(middle, zone) === offsetAt(from, zone)) before = middle;
		else after = middle;
	}
	return after;
}

function offsetAt(at: number, zone: string): number {
	return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds;
}

/** A wall-clock time of a day: in a gap the first instant that exists, in an overlap the first of the two. */
export function instantOf(
	date: Temporal.PlainDate,
	zone: string,
	{ hour, minute }: { hour: number; minute: number },
): number {
	const wall = date.toPlainDateTime({ hour, minute });
	const at = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
	if (at.toPlainDateTime().equals(wall)) return at.epochMilliseconds;
	// "earlier" moves back by the length of the gap, "later" forward: the jump is between.
	const later = wall.toZonedDateTime(zone, { disambiguation: "later" });
	return jumpBetween(at.epochMilliseconds, later.epochMilliseconds, zone);
}

/** The days of the zone's calendar round about a moment. */
export function daysAround(at: number, zone: string, days: number): readonly Temporal.PlainDate[] {
	const middle = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
	return Array.from({ length: 2 * days + 1 }, (_, index) => middle.add({ days: index - days }));
}
