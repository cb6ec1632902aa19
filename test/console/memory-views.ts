import type { PackagePage, ScheduleReport, SwarmReport } from "../../src/console/cockpit.ts";

/** What a daemon of two machines shows of its swarm, its store and its schedule. */
export const DIGEST = "5a".repeat(32);

const AT = "2026-11-23T10:00:00.000Z";

export const SWARM: SwarmReport = {
	at: AT,
	packages: [
		{
			name: "app",
			version: "2",
			sha256: DIGEST,
			size_bytes: 2 ** 20,
			policies: ["office"],
			holding: 1,
			controller_uplink_bytes: 1_468_006,
			floor: { seconds: 2, bytes_per_second: 2 ** 20 },
			samples: [0, 1, 2, 3].map((second) => ({
				at: `2026-11-23T09:59:5${second}.000Z`,
				source_bytes: second * 300_000,
				received_bytes: second * 500_000,
			})),
			pieces: { count: 8, availability: [2, 1, 2, 1, 1, 1, 1, 1] },
			machines: [
				{
					machine: "mill-01",
					share: 1,
					pieces: null,
					has_left: false,
					is_under_way: false,
					method: "helper",
					source_bytes: 2 ** 19,
					peer_bytes: 2 ** 19,
					sent_bytes: 2 ** 18,
					seconds: 3,
					floor_multiple: 1.5,
				},
				{
					machine: "mill-02",
					share: 0.25,
					pieces: "f0f00000",
					has_left: false,
					is_under_way: true,
					method: "http",
					source_bytes: 2 ** 18,
					peer_bytes: null,
					sent_bytes: 0,
					seconds: null,
					floor_multiple: null,
				},
			],
		},
	],
};

export const PACKAGE: PackagePage = {
	sha256: DIGEST,
	names: ["app 2"],
	policies: ["office"],
	source: "https://origin.example/app.deb",
	state: "held",
	size_bytes: 2 ** 20,
	origin_bytes: 2 ** 20,
	controller_uplink_bytes: 1_468_006,
	failure: null,
	holding: { machines: 1, names: ["mill-02"] },
	installed: { machines: 1, names: ["mill-01"] },
	machines: [
		{ machine: "mill-01", policy: "office", phase: "verified", since: AT, attempt: 1 },
		{ machine: "mill-02", policy: "office", phase: "staged", since: AT, attempt: 1 },
	],
};

export const SCHEDULE: ScheduleReport = {
	at: AT,
	until: "2026-11-30T10:00:00.000Z",
	policies: [
		{
			policy: "office",
			cron: "0 2 * * sat",
			time_zone: "Europe/Budapest",
			is_suspended: false,
			is_persistent: true,
			last_run: "2026-11-21T01:00:00.000Z",
			next_runs: ["2026-11-28T01:00:00.000Z"],
			missed_runs: ["2026-11-14T01:00:00.000Z"],
			held: "next run Sat 28 Nov 02:00 Europe/Budapest",
			available_at: null,
			deadline: "2026-11-29T12:00:00.000Z",
			windows: [
				{
					name: "night",
					is_for: "installs",
					days: ["sat", "sun"],
					start_time: "02:00",
					time_zone: "Europe/Budapest",
					duration_seconds: 14_400,
					cutoff_seconds: 1800,
					is_open: false,
					openings: [28, 29].map((day) => ({
						opens_at: `2026-11-${day}T01:00:00.000Z`,
						starts_until: `2026-11-${day}T04:30:00.000Z`,
						closes_at: `2026-11-${day}T05:00:00.000Z`,
					})),
				},
			],
		},
	],
};
