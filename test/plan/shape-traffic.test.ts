import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fleet } from "../../src/model/fleet.ts";
import type { Bandwidth } from "../../src/model/traffic.ts";
import { decide } from "../../src/plan/decide.ts";
import { shapeTraffic } from "../../src/plan/shape-traffic.ts";
import { fleetOf, type Given, resolveTimes, SHA } from "./fleet-of.ts";

const NOON = "2026-11-23T12:00:00Z";
const NO_LIMIT: Bandwidth = { up: null, down: null, windows: [] };

const NIGHT = {
	name: "night",
	days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const,
	startTime: { hour: 22, minute: 0 },
	durationMs: 8 * 3_600_000,
	timeZone: "UTC",
	up: null,
	down: 900,
};

interface Looking {
	readonly now?: string;
	readonly controller?: Bandwidth;
	readonly limits?: { readonly sessions: number; readonly deliveries: number };
}

function trafficOf(fleet: Fleet, { now = NOON, controller = NO_LIMIT, limits }: Looking = {}) {
	const policies = [...fleet.policies.values()].map(({ policy }) => policy);
	const decision = decide(fleet, policies, Date.parse(now), limits ?? { sessions: 64, deliveries: 64 });
	return shapeTraffic(fleet, { controller, decision }, Date.parse(now));
}

/** The one package's rates, and when they change. */
function ratesOf(fleet: Fleet, looking: Looking = {}) {
	const { shape, wakeAt } = trafficOf(fleet, looking);
	const [{ up, down } = { up: undefined, down: undefined }] = shape.packages;
	return { up, down, until: wakeAt === null ? null : new Date(wakeAt).toISOString() };
}

function awaitedIn(given: Given, looking: Looking = {}) {
	const { packages } = trafficOf(fleetOf(resolveTimes(given) as Given), looking).shape;
	assert.deepEqual(
		packages.map(({ sha256 }) => sha256),
		[SHA],
	);
	return packages[0]?.awaitedBy;
}

function hasLatecomersIn(given: Given): boolean | undefined {
	return trafficOf(fleetOf(resolveTimes(given) as Given)).shape.packages[0]?.hasLatecomers;
}

function limited(bandwidth: Bandwidth): Fleet {
	return fleetOf({ policy: { bandwidth }, machines: { a: null }, rollout: {} });
}

/** Both fleets' policies and rollouts over the same machines. */
function together(one: Fleet, other: Fleet): Fleet {
	const renamed = (fleet: Fleet) =>
		[...fleet.rollouts.values()].map((rollout) => ({ ...rollout, policy: { ...rollout.policy, name: "reception" } }));
	const [second] = renamed(other);
	assert.ok(second);
	const applied = one.policies.get("office");
	assert.ok(applied);
	return {
		...one,
		policies: new Map([...one.policies, ["reception", { ...applied, policy: second.policy }]]),
		rollouts: new Map([...one.rollouts, ["reception", { ...second, id: "reception@r1/run" }]]),
	};
}

test("without limits nothing is limited, and nothing changes by itself", () => {
	const traffic = trafficOf(fleetOf({ machines: { a: null }, rollout: {} }));
	assert.equal(traffic.shape.uploadBytesPerSecond, null);
	assert.equal(traffic.downloadBytesPerSecond, null);
	assert.equal(traffic.wakeAt, null);
});

test("a window's limits hold from its first moment to its last", () => {
	const fleet = limited({ up: 100, down: 200, windows: [NIGHT] });
	const day = { up: 100, down: 200 };
	const night = { up: null, down: 900 };
	for (const [now, expected] of [
		["2026-11-23T21:59:59.999Z", { ...day, until: "2026-11-23T22:00:00.000Z" }],
		["2026-11-23T22:00:00.000Z", { ...night, until: "2026-11-24T06:00:00.000Z" }],
		["2026-11-24T05:59:59.999Z", { ...night, until: "2026-11-24T06:00:00.000Z" }],
		["2026-11-24T06:00:00.000Z", { ...day, until: "2026-11-24T22:00:00.000Z" }],
	] as const)
		assert.deepEqual(ratesOf(fleet, { now }), expected, now);
});

test("of windows that are open at once the first in the list counts, and each boundary is woken for", () => {
	const first = { ...NIGHT, name: "first", startTime: { hour: 23, minute: 0 }, durationMs: 3_600_000, down: 1 };
	const fleet = limited({ up: null, down: null, windows: [first, NIGHT] });
	for (const [now, down, until] of [
		["2026-11-23T22:30:00Z", 900, "2026-11-23T23:00:00.000Z"],
		["2026-11-23T23:00:00Z", 1, "2026-11-24T00:00:00.000Z"],
		["2026-11-24T00:00:00Z", 900, "2026-11-24T06:00:00.000Z"],
	] as const)
		assert.deepEqual(ratesOf(fleet, { now }), { up: null, down, until });
});

test("in the night that the clock skips an hour a window opens at the first minute there is, and lasts its whole time", () => {
	const early = { ...NIGHT, startTime: { hour: 2, minute: 30 }, durationMs: 7_200_000, timeZone: "Europe/Budapest" };
	const fleet = limited({ up: null, down: null, windows: [early] });
	for (const [now, down, until] of [
		["2026-03-29T00:59:59Z", null, "2026-03-29T01:00:00.000Z"],
		["2026-03-29T01:00:00Z", 900, "2026-03-29T03:00:00.000Z"],
		["2026-03-29T03:00:00Z", null, "2026-03-30T00:30:00.000Z"],
	] as const)
		assert.deepEqual(ratesOf(fleet, { now }), { up: null, down, until }, now);
});

test("in the night that the clock repeats an hour a window opens once", () => {
	const early = { ...NIGHT, startTime: { hour: 2, minute: 30 }, durationMs: 1_800_000, timeZone: "Europe/Budapest" };
	const fleet = limited({ up: null, down: null, windows: [early] });
	for (const [now, down, until] of [
		["2026-10-25T00:30:00Z", 900, "2026-10-25T01:00:00.000Z"],
		["2026-10-25T01:30:00Z", null, "2026-10-26T01:30:00.000Z"],
	] as const)
		assert.deepEqual(ratesOf(fleet, { now }), { up: null, down, until }, now);
});

test("where two policies bring the same package the strictest limit holds, each way for itself", () => {
	const office = limited({ up: 100, down: 900, windows: [] });
	const both = together(office, limited({ up: 300, down: 200, windows: [NIGHT] }));
	assert.deepEqual(ratesOf(both), { up: 100, down: 200, until: "2026-11-23T22:00:00.000Z" });
	assert.deepEqual(ratesOf(both, { now: "2026-11-23T22:00:00Z" }).down, 900);
	const unlimited = together(office, fleetOf({ machines: { a: null }, rollout: {} }));
	assert.deepEqual(ratesOf(unlimited), { up: 100, down: 900, until: null });
});

test("the policy in force limits what an earlier revision of it began", () => {
	const fleet = fleetOf({
		policy: { bandwidth: { up: 1, down: 2, windows: [] } },
		machines: { a: null },
		rollout: { pinned: { revision: "r0", bandwidth: { up: 10, down: 20, windows: [] } } },
	});
	assert.deepEqual(ratesOf(fleet), { up: 1, down: 2, until: null });
});

test("the controller has limits and windows of its own", () => {
	const controller = { up: 10, down: 20, windows: [NIGHT] };
	const fleet = fleetOf({ machines: { a: null }, rollout: {} });
	const day = trafficOf(fleet, { controller });
	assert.deepEqual([day.shape.uploadBytesPerSecond, day.downloadBytesPerSecond], [10, 20]);
	assert.equal(day.wakeAt, Date.parse("2026-11-23T22:00:00Z"));
	const night = trafficOf(fleet, { controller, now: "2026-11-23T22:00:00Z" });
	assert.deepEqual([night.shape.uploadBytesPerSecond, night.downloadBytesPerSecond], [null, 900]);
});

test("awaited are machines that are being delivered to, and those that wait for a slot", () => {
	const tasks = {
		a: { phase: "absent" },
		b: { phase: "absent" },
		c: { phase: "unread" },
		d: { phase: "staged" },
	} as const;
	const given: Given = { machines: { a: null, b: null, c: null, d: null }, rollout: { tasks } };
	assert.deepEqual(awaitedIn(given, { limits: { sessions: 2, deliveries: 1 } }), ["a", "b", "c"]);
	const running: Given["running"] = [
		{ kind: "deliver", machine: "a", rollout: "office@r1/2026-03-02T02:00:00.000Z", package: "app", attempt: 1 },
	];
	const last = { a: tasks.a, b: { phase: "verified" }, c: { phase: "failed" }, d: tasks.d } as const;
	assert.deepEqual(awaitedIn({ ...given, running, rollout: { tasks: last } }), ["a"]);
});

test("nobody awaits what every machine has", () => {
	const tasks = { a: { phase: "staged" }, b: { phase: "verified" } } as const;
	assert.deepEqual(awaitedIn({ machines: { a: null, b: null }, rollout: { tasks } }), []);
});

test("what was delivered and must be looked at again is not awaited", () => {
	const delivery = { method: "helper", bytes: 1, durationMs: 1 } as const;
	const tasks = { a: { phase: "unread", delivery } } as const;
	assert.deepEqual(awaitedIn({ machines: { a: null }, rollout: { tasks } }), []);
});

test("machines out of reach, quarantined or not applicable are not awaited", () => {
	const failure = { code: "FS-SSH-LOST" as const, detail: "cut" };
	const at = Date.parse(NOON);
	const saw = { type: "ssh-ed25519", fingerprint: "SHA256:wrong" };
	const given: Given = {
		package: { requirements: { os: [], arch: ["arm64"] } },
		machines: {
			away: { presence: { kind: "unreachable", failure, failures: 9, at, since: at } },
			changed: { trust: { kind: "quarantined", hostKeys: [], saw, at } },
			other: { facts: { arch: "amd64" } },
			there: { facts: { arch: "arm64" } },
		},
		rollout: {
			tasks: Object.fromEntries(["away", "changed", "other", "there"].map((name) => [name, { phase: "absent" }])),
		},
	};
	assert.deepEqual(awaitedIn(given), ["there"]);
	assert.equal(hasLatecomersIn(given), true, "of what is away it is not known whether it is applicable");
});

test("for machines of an open ring that are out of reach somebody keeps the package, and for no others", () => {
	const at = Date.parse(NOON);
	const failure = { code: "FS-SSH-LOST" as const, detail: "cut" };
	const away = { presence: { kind: "unreachable", failure, failures: 9, at, since: at } } as const;
	const tasks = (phase: "absent" | "staged" | "verified") => ({ a: { phase: "verified" }, b: { phase } }) as const;
	const given = (phase: "absent" | "staged" | "verified", b: NonNullable<Given["machines"]>[string] = away): Given => {
		return { machines: { a: null, b }, rollout: { tasks: tasks(phase) } };
	};
	assert.deepEqual([awaitedIn(given("absent")), hasLatecomersIn(given("absent"))], [[], true]);
	assert.equal(hasLatecomersIn(given("staged")), false, "it has it");
	assert.equal(hasLatecomersIn(given("verified")), false);
	assert.equal(hasLatecomersIn(given("absent", null)), false, "it is there");
	const closed = { policy: { rollout: { rings: TWO_RINGS } }, machines: { a: null, b: away } } as const;
	assert.equal(
		hasLatecomersIn({ ...closed, rollout: { tasks: { a: { phase: "staged" }, b: { phase: "absent" } } } }),
		false,
	);
});

const TWO_RINGS = [
	{ name: "canary", members: { kind: "targets", targets: { machines: ["a"] } } },
	{ name: "rest", members: { kind: "rest" } },
] as const;

test("a ring that is not open awaits nothing, unless its machines are prestaged", () => {
	const machines = { a: null, b: null };
	const rollout = { tasks: { a: { phase: "staged" }, b: { phase: "absent" } } } as const;
	assert.deepEqual(awaitedIn({ policy: { rollout: { rings: TWO_RINGS } }, machines, rollout }), []);
	const ahead = { policy: { rollout: { rings: TWO_RINGS, prestageThreshold: 80 } }, machines, rollout };
	assert.deepEqual(awaitedIn(ahead), ["b"]);
});

test("a paused policy awaits only what is under way", () => {
	const rollout = { tasks: { a: { phase: "absent" }, b: { phase: "absent" } } } as const;
	const pause = { by: "eva", reason: "wait", at: 0 };
	const running: Given["running"] = [
		{ kind: "deliver", machine: "a", rollout: "office@r1/2026-03-02T02:00:00.000Z", package: "app", attempt: 1 },
	];
	assert.deepEqual(awaitedIn({ machines: { a: null, b: null }, rollout, running, pause }), ["a"]);
});

test("a package that no rollout brings is awaited by nobody", () => {
	assert.deepEqual(awaitedIn({ machines: { a: null }, policy: { schedule: { kind: "cron" } } }), []);
});
