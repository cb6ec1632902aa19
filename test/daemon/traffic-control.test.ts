import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { DownloadLimit } from "../../src/acquire/download-limit.ts";
import { TrafficControl } from "../../src/daemon/traffic-control.ts";
import type { Bandwidth, Shape } from "../../src/model/traffic.ts";
import { decide } from "../../src/plan/decide.ts";
import { fleetOf, type Given } from "../plan/fleet-of.ts";

const NOW = Date.parse("2026-11-23T21:00:00Z");
const HOUR_MS = 3_600_000;
const EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

function controlOf(bandwidth: Bandwidth) {
	const told: Shape[] = [];
	const windows = new EventTarget();
	const control = new TrafficControl({
		swarm: { shape: (shape) => void told.push(shape) },
		downloadLimit: new DownloadLimit(),
		bandwidth,
		onWindow: () => windows.dispatchEvent(new Event("window")),
	});
	const follow = (given: Given, now = NOW) => {
		const fleet = fleetOf(given);
		const policies = [...fleet.policies.values()].map(({ policy }) => policy);
		control.follow(fleet, decide(fleet, policies, now, { sessions: 64, deliveries: 64 }), now);
	};
	return { told, windows, control, follow, [Symbol.dispose]: () => control.stop() };
}

test("the swarm is told what has changed, and nothing twice", () => {
	const night = {
		name: "night",
		days: EVERY_DAY,
		startTime: { hour: 22, minute: 0 },
		durationMs: HOUR_MS,
		timeZone: "UTC",
	};
	using daemon = controlOf({ up: 10, down: null, windows: [{ ...night, up: 20, down: null }] });
	const given: Given = { machines: { a: null }, rollout: { tasks: { a: { phase: "absent" } } } };
	daemon.follow(given);
	daemon.follow(given, NOW + 1);
	daemon.follow(given, NOW + HOUR_MS);
	daemon.follow({ ...given, rollout: { tasks: { a: { phase: "staged" } } } }, NOW + HOUR_MS);
	assert.deepEqual(
		daemon.told.map(({ uploadBytesPerSecond, packages }) => [uploadBytesPerSecond, packages[0]?.awaitedBy]),
		[
			[10, ["a"]],
			[20, ["a"]],
			[20, []],
		],
	);
});

test("it is woken when a window opens, though nothing else happens", async () => {
	const startTime = { hour: 8, minute: 0 };
	const window = { name: "w", days: EVERY_DAY, startTime, durationMs: HOUR_MS, timeZone: "UTC" };
	using daemon = controlOf({ up: null, down: null, windows: [{ ...window, up: 1, down: null }] });
	const rung = once(daemon.windows, "window");
	// By the clock of today that moment has passed: the alarm rings at once.
	daemon.follow({}, Date.parse("2020-01-06T07:59:59Z"));
	await rung;
});
