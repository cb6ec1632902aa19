import assert from "node:assert/strict";
import { test } from "node:test";
import { everFires, isCron, isTimeZone } from "../../src/policy/time.ts";

const lines: Readonly<Record<string, readonly [isCron: boolean, everFires?: boolean]>> = {
	"0 2 * * sat": [true, true],
	"*/5 0-6,22 1 jan-mar *": [true, true],
	"0 0 29 2 *": [true, true],
	"0 0 L * *": [true, true],
	"0 0 31 2 *": [true, false],
	"0 0 31 4,6,9,11 *": [true, false],
	"0 0 30 2 *": [true, false],
	"0 2 * *": [false],
	"0 0 2 * * sat": [false],
	"@daily": [false],
	"2030-01-01T00:00:00": [false],
	"60 2 * * *": [false],
	"0 2 * * moon": [false],
	"*/0 * * * *": [false],
	"": [false],
};

test("tells cron lines of five fields from others, and those that fire from those that never do", () => {
	for (const [line, expected] of Object.entries(lines))
		assert.deepEqual(isCron(line) ? [true, everFires(line)] : [false], expected, line);
});

test("judges a cron line the same whatever the clock says", () => {
	const RealDate = globalThis.Date;
	const firesAt = (now: number) => {
		globalThis.Date = new Proxy(RealDate, {
			construct: (target, given: [] | [number]) => (given.length === 0 ? new target(now) : new target(...given)),
			get: (target, key) => (key === "now" ? () => now : Reflect.get(target, key)),
		});
		try {
			return Object.keys(lines).filter((line) => isCron(line) && everFires(line));
		} finally {
			globalThis.Date = RealDate;
		}
	};
	const clocks = [0, RealDate.UTC(2026, 10, 23), RealDate.UTC(9999, 11, 31), Number.NaN];
	const answers = clocks.map(firesAt);
	for (const answer of answers) assert.deepEqual(answer, answers[0]);
	assert.equal(answers[0]?.length, 4);
});

test("takes IANA zones and refuses offsets, abbreviations that are none and the machine's own zone", () => {
	const zones = ["Europe/Budapest", "America/Argentina/Buenos_Aires", "UTC", "Etc/UTC"];
	const others = ["+02:00", "UTC+2", "GMT-1", "Etc/GMT-1", "etc/gmt+5", "Mars/Olympus", "local", "Z", "", " UTC"];
	assert.deepEqual([...zones, ...others].filter(isTimeZone), zones);
});
