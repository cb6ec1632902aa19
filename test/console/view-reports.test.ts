import assert from "node:assert/strict";
import { test } from "node:test";
import { packagePage, packageRows } from "../../src/console/package-report.ts";
import { availabilityOf } from "../../src/console/pieces-report.ts";
import { scheduleReport } from "../../src/console/schedule-report.ts";
import { Sight } from "../../src/console/sight.ts";
import { type Counted, swarmReport } from "../../src/console/swarm-report.ts";
import { fleetOf, type Given, ROLLOUT, resolveTimes, SHA } from "../plan/fleet-of.ts";
import { viewOf } from "./looking.ts";

const NOW = "2026-11-23T12:00:00Z";
const LINK = { facts: { linkBytesPerSecond: 500 } };
const DELIVERED = { kind: "delivered", method: "helper", bytes: 1000, durationMs: 4000, floorMs: 2000 };
const deliver = (machine: string) => ({ kind: "deliver", rollout: ROLLOUT, machine, package: "app", attempt: 1 });
const SPREADING = {
	machines: { "mill-01": LINK, "mill-02": LINK, "mill-03": LINK, "mill-04": LINK },
	rollout: {
		tasks: {
			"mill-01": { phase: "verified", delivery: { ...DELIVERED, sourceBytes: 900, peerBytes: 100 } },
			"mill-02": { phase: "absent" },
			"mill-03": { phase: "absent" },
			"mill-04": { phase: "unread" },
		},
	},
	running: [deliver("mill-02"), deliver("mill-03")],
};

function spread(given: object, ownLink: number | null, hasLeft = false) {
	const peers = new Map([
		["mill-01", { leftBytes: 0, uploadedBytes: 640, downloadedBytes: 1000 }],
		["mill-02", { leftBytes: 750, uploadedBytes: 10, downloadedBytes: 260 }],
	]);
	const sent = new Map([
		["mill-02", 60],
		["mill-03", 500],
	]);
	const counted: Counted = {
		peer: (machine) => peers.get(machine),
		sentTo: (machine) => sent.get(machine),
		pieces: () => ({
			count: 8,
			machines: new Map([
				["mill-01", { levels: "00000000", hasLeft: true }],
				["mill-02", { levels: "f0f00000", hasLeft }],
			]),
		}),
		samples: () => [{ at: 0, sourceBytes: 1, receivedBytes: 2 }],
		wayOf: (machine) => (machine === "mill-03" ? "http: the machine has curl" : undefined),
	};
	const limitsOf = () => ({ source: null, machine: { up: null, down: 250 } });
	const fleet = fleetOf(resolveTimes(given) as Given);
	return swarmReport({ fleet, now: Date.parse(NOW), uplink: new Map([[SHA, 1460]]), counted, ownLink, limitsOf });
}

test("a package's spread is told machine by machine: what came, what is on the way, and from whom", () => {
	const [app] = spread(SPREADING, 1000).packages;
	assert.deepEqual(app?.machines, [
		{
			machine: "mill-01",
			share: 1,
			pieces: null,
			has_left: false,
			is_under_way: false,
			method: "helper",
			source_bytes: 900,
			peer_bytes: 100,
			sent_bytes: 640,
			seconds: 4,
			floor_multiple: 2,
		},
		{
			machine: "mill-02",
			share: 0.25,
			pieces: "f0f00000",
			has_left: false,
			is_under_way: true,
			method: null,
			source_bytes: 60,
			peer_bytes: 200,
			sent_bytes: 10,
			seconds: null,
			floor_multiple: null,
		},
		{
			machine: "mill-03",
			share: 0.5,
			pieces: null,
			has_left: false,
			is_under_way: true,
			method: "http",
			source_bytes: 500,
			peer_bytes: null,
			sent_bytes: 0,
			seconds: null,
			floor_multiple: null,
		},
	]);
	assert.deepEqual([app?.holding, app?.controller_uplink_bytes, app?.samples.length], [1, 1460, 1]);
});

test("a piece is on every machine that has all, and on those in the swarm that told of it", () => {
	assert.deepEqual(spread(SPREADING, 1000).packages[0]?.pieces, { count: 8, availability: [2, 1, 2, 1, 1, 1, 1, 1] });
	const [app] = spread(SPREADING, 1000, true).packages;
	assert.deepEqual(app?.pieces?.availability, new Array(8).fill(1), "who has left gives what it has to nobody");
	assert.deepEqual([app?.machines[1]?.pieces, app?.machines[1]?.has_left], ["f0f00000", true]);
});

test("of many pieces the availability of each 256th part is a mean", () => {
	const half = { share: 0.5, pieces: "8".repeat(256), has_left: false };
	assert.deepEqual(availabilityOf(512, [half, { ...half, share: 1, pieces: null }]), new Array(256).fill(1.53));
	assert.deepEqual(availabilityOf(512, []), new Array(256).fill(0));
});

test("the floor is that of all its machines together, and there is none where a link is not known", () => {
	// Each takes 1000 bytes at 250 a second; the source's 1000 and theirs are enough for three copies in that time.
	assert.deepEqual(spread(SPREADING, 1000).packages[0]?.floor, { seconds: 4, bytes_per_second: 750 });
	assert.deepEqual(spread(SPREADING, 200).packages[0]?.floor, { seconds: 5, bytes_per_second: 600 });
	assert.equal(spread(SPREADING, null).packages[0]?.floor, null);
});

test("what the store does not hold spreads nowhere", () => {
	assert.deepEqual(spread({ ...SPREADING, package_state: null }, 1000).packages, []);
});

test("a package tells who uses it, who holds it and who has it installed; one in no policy is told, too", () => {
	const given = {
		machines: { "mill-01": null, "mill-02": null, "mill-03": null },
		rollout: {
			tasks: { "mill-01": { phase: "verified" }, "mill-02": { phase: "staged" }, "mill-03": { phase: "absent" } },
		},
	};
	const fleet = fleetOf(given as Given);
	const left = "b".repeat(64);
	const failure = { code: "FS-ACQUIRE-DIGEST" as const, detail: "got c0ffee" };
	const packages = new Map([...fleet.packages, [left, { kind: "refused" as const, failure, since: 0, at: 0 }]]);
	const stock = { fleet: { ...fleet, packages }, uplink: new Map([[SHA, 1400]]) };
	const [app, unused] = packageRows(stock);
	assert.deepEqual(app, {
		sha256: SHA,
		names: ["app 2"],
		policies: ["office"],
		source: "https://origin.example/app.deb",
		state: "held",
		size_bytes: 1000,
		origin_bytes: 1000,
		failure: null,
		controller_uplink_bytes: 1400,
		holding: { machines: 1, names: ["mill-02"] },
		installed: { machines: 1, names: ["mill-01"] },
	});
	assert.deepEqual([unused?.names, unused?.state, unused?.failure?.code], [[], "refused", "FS-ACQUIRE-DIGEST"]);
	assert.deepEqual(
		packagePage(stock, SHA)?.machines.map(({ machine, phase }) => [machine, phase]),
		[
			["mill-01", "verified"],
			["mill-02", "staged"],
			["mill-03", "absent"],
		],
	);
	assert.equal(packagePage(stock, "c".repeat(64)), null);
	assert.equal(packageRows({ ...stock, fleet: { ...fleet, packages: new Map() } })[0]?.state, "awaited");
});

test("a schedule tells its next runs, those that were missed, and when its windows open", () => {
	const window = {
		name: "night",
		days: ["tue"],
		startTime: { hour: 2, minute: 5 },
		durationMs: 7_200_000,
		cutoffMs: 1_800_000,
		timeZone: "Europe/Budapest",
	};
	const given = {
		policy: {
			schedule: { kind: "cron", cron: "0 2 * * tue", randomizedDelayMs: 600_000, persistent: true },
			maintenanceWindows: [window],
			reboot: { window: { ...window, name: "reboots" } },
			deadline: "2026-12-01T00:00:00Z",
		},
		applied: { missedRuns: ["2026-11-17T02:00:00Z"] },
		machines: { "mill-01": null },
	};
	const { policies, until } = scheduleReport(new Sight(viewOf(given, NOW)), 14);
	const [row] = policies;
	assert.equal(until, "2026-12-07T12:00:00.000Z");
	const [first, second, ...more] = row?.next_runs ?? [];
	assert.match(String(first), /^2026-11-24T02:0\d:\d\d\./, "with its delay by chance");
	assert.deepEqual([second, more], ["2026-12-01T02:00:00.000Z", []]);
	assert.deepEqual(row?.missed_runs, ["2026-11-17T02:00:00.000Z"]);
	assert.equal(row?.deadline, "2026-12-01T00:00:00.000Z");
	assert.deepEqual(
		row?.windows.map(({ name, is_for, start_time, is_open }) => [name, is_for, start_time, is_open]),
		[
			["night", "installs", "02:05", false],
			["reboots", "reboots", "02:05", false],
		],
	);
	assert.deepEqual(row?.windows[0]?.openings[0], {
		opens_at: "2026-11-24T01:05:00.000Z",
		starts_until: "2026-11-24T02:35:00.000Z",
		closes_at: "2026-11-24T03:05:00.000Z",
	});
	const open = (now: string) => scheduleReport(new Sight(viewOf(given, now)), 1).policies[0]?.windows[0]?.is_open;
	assert.deepEqual(["2026-11-24T01:05:00Z", "2026-11-24T02:34:00Z", "2026-11-24T02:35:00Z"].map(open), [
		true,
		true,
		false,
	]);
});
