import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { MaintenanceWindow } from "../../../src/model/policy.ts";
import type { Weekday } from "../../../src/model/time-window.ts";
import { runTimes } from "../../../src/plan/schedule.ts";
import { windowState } from "../../../src/plan/windows.ts";
import { zonedTime } from "../../../src/policy/zoned-time.ts";
import { daysAround, instantOf, transitionsOf, ZONES } from "./oracle.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAYS: readonly Weekday[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const pad = (value: number) => String(value).padStart(2, "0");

/** Around the hours in which the zones' clocks jump. */
const STARTS = ["01:00", "01:30", "02:00", "02:15", "02:30", "02:59", "03:00", "03:30"].map((text) => {
	return { hour: Number(text.slice(0, 2)), minute: Number(text.slice(3)) };
});
let compared = 0;
let nights = 0;
after(() => console.log(`# ${ZONES.length} zones, ${nights} transitions, ${compared} instants compared with Temporal`));

for (const zone of ZONES) {
	test(`in ${zone} every daily run of 2026 to 2035 begins once on the nights when the clock jumps, and when it should`, () => {
		for (const transition of transitionsOf(zone)) {
			nights += 1;
			for (const start of STARTS) compareRuns(zone, transition, start);
		}
		for (const start of STARTS) compareRuns(zone, Date.UTC(2030, 5, 15), start);
	});

	test(`in ${zone} windows are open when they should be, minute by minute, on the nights when the clock jumps`, () => {
		for (const transition of transitionsOf(zone).slice(0, 6)) {
			for (const [hour, minute] of [
				[0, 0],
				[1, 30],
				[2, 0],
				[2, 15],
				[2, 30],
				[3, 0],
				[22, 0],
			] as const)
				compareWindow(zone, transition, { hour, minute });
		}
		compareWindow(zone, Date.UTC(2030, 5, 15), { hour: 22, minute: 0 });
	});

	test(`in ${zone} a written time is the instant that Temporal means, or the first one after the gap`, () => {
		for (const transition of [...transitionsOf(zone), Date.UTC(2030, 5, 15)])
			for (const date of daysAround(transition, zone, 1))
				for (const start of STARTS) {
					compared += 1;
					const text = `${date}T${pad(start.hour)}:${pad(start.minute)}[${zone}]`;
					assert.equal(iso(zonedTime(text)), iso(instantOf(date, zone, start)), text);
				}
	});
}

/** From each expected run to the next: it is due at its instant, not before, and nothing else comes in between. */
function compareRuns(zone: string, around: number, { hour, minute }: { hour: number; minute: number }): void {
	const schedule = {
		kind: "cron" as const,
		cron: `${minute} ${hour} * * *`,
		timeZone: zone,
		persistent: false,
		randomizedDelayMs: 0,
		suspend: false,
	};
	const expected = daysAround(around, zone, 1).map((date) => instantOf(date, zone, { hour, minute }));
	for (const [index, at] of expected.entries()) {
		compared += 1;
		const what = `${schedule.cron} ${zone} at ${iso(at)}`;
		const due = runTimes(schedule, { policy: "x", since: at - 1, now: at });
		assert.equal(iso(due.due), iso(at), `${what} is due`);
		const before = runTimes(schedule, { policy: "x", since: at - HOUR, now: at - 1 });
		assert.equal(before.due, null, `${what} is not due a moment before`);
		assert.equal(iso(before.next), iso(at), `${what} is next`);
		const following = expected[index + 1];
		if (following !== undefined) assert.equal(iso(due.next), iso(following), `after ${what}`);
	}
}

function compareWindow(zone: string, around: number, startTime: { hour: number; minute: number }): void {
	const durationMs = 5 * HOUR;
	const cutoffMs = 30 * MINUTE;
	const window: MaintenanceWindow = { name: "w", days: DAYS, startTime, durationMs, cutoffMs, timeZone: zone };
	const opens = daysAround(around, zone, 3).map((date) => instantOf(date, zone, startTime));
	for (let now = around - 30 * HOUR; now <= around + 30 * HOUR; now += MINUTE) {
		compared += 1;
		const openedAt = opens.findLast((at) => at <= now) ?? Number.NaN;
		const state = windowState([window], now);
		const what = `${pad(startTime.hour)}:${pad(startTime.minute)} ${zone} at ${iso(now)}`;
		assert.equal(state.isOpen, now < openedAt + durationMs - cutoffMs, what);
		if (state.isOpen) assert.equal(iso(state.closesAt), iso(openedAt + durationMs - cutoffMs), `${what} closes`);
		else assert.equal(iso(state.opensAt), iso(opens.find((at) => at > now) ?? Number.NaN), `${what} opens`);
	}
}

function iso(at: number | null): string {
	return at === null || !Number.isFinite(at) ? String(at) : new Date(at).toISOString();
}
