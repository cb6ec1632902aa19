import { isTimeZone } from "./time.ts";

const DAY_MS = 86_400_000;
const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?\[([^\]]+)\]$/;

/**
 * "2026-12-01T08:00[Europe/Budapest]" (RFC 9557, without an offset) in ms since the epoch. A wall time that spring skips is
 * the first instant after the gap; one that autumn repeats is the first of the two. null: not such a text, or no such date or zone.
 */
export function zonedTime(text: string): number | null {
	const parts = FORM.exec(text);
	if (!parts) return null;
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
		.slice(1, 7)
		.map((part) => Number(part ?? 0));
	const zone = parts[7] ?? "";
	const wall = Date.UTC(year, month - 1, day, hour, minute, second);
	const isDate =
		new Date(wall).toISOString().slice(0, 10) === text.slice(0, 10) && hour < 24 && minute < 60 && second < 60;
	return isDate && isTimeZone(zone) ? instantOf(wall, zone) : null;
}

function instantOf(wall: number, zone: string): number {
	const offsets = [offsetAt(wall - DAY_MS, zone), offsetAt(wall + DAY_MS, zone)];
	const candidates = offsets.map((offset) => wall - offset).filter((at) => at + offsetAt(at, zone) === wall);
	return candidates.length > 0 ? Math.min(...candidates) : endOfGap(wall, zone);
}

/** The transition between an instant before the gap and one after it, found by halving. */
function endOfGap(wall: number, zone: string): number {
	let [before, after] = [wall - DAY_MS, wall + DAY_MS];
	const old = offsetAt(before, zone);
	while (after - before > 1) {
		const middle = Math.floor((before + after) / 2);
		if (offsetAt(middle, zone) === old) before = middle;
		else after = middle;
	}
	return after;
}

/** What the zone's wall clock is ahead of UTC, in ms. */
function offsetAt(at: number, timeZone: string): number {
	const format = new Intl.DateTimeFormat("en-US", {
		timeZone,
		hourCycle: "h23",
		year: "numeric",
		month: "numeric",
		day: "numeric",
		hour: "numeric",
		minute: "numeric",
		second: "numeric",
	});
	const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
	const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
	return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}
