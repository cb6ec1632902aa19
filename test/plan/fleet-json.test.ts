import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { Step } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { FLEET_FORMAT, type FleetJson, fleetFromJson, fleetToJson } from "../../src/plan/fleet-json.ts";
import { bigPolicies, machineEvents, policyEvents } from "../bench/big-fleet.ts";
import { decideNow, turn, Unwritten } from "../bench/turn.ts";
import { World } from "../bench/world.ts";
import { fleetOf, type Given, policyOf, resolveTimes } from "./fleet-of.ts";

const NOW = Date.parse("2026-11-23T10:00:00Z");
const limits = { sessions: 40, deliveries: 40 };

function writtenAndRead(fleet: Fleet): Fleet {
	return fleetFromJson(JSON.parse(JSON.stringify(fleetToJson(fleet))) as FleetJson);
}

function after(fleet: Fleet, ...events: readonly Event[]): Fleet {
	return events.reduce(applyEvent, fleet);
}

test("every fleet of the decision cases is read back equal, and the same is decided for it", () => {
	const folder = new URL("cases/", import.meta.url);
	const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
	const cases = files.flatMap(
		(name) =>
			parse(readFileSync(new URL(name, folder), "utf8"), { merge: true }) as {
				given: Given;
				now: string;
				name: string;
			}[],
	);
	assert.ok(cases.length > 50);
	for (const { given, now, name } of cases) {
		const fleet = fleetOf(resolveTimes(given) as Given);
		const read = writtenAndRead(fleet);
		assert.deepEqual(read, fleet, name);
		assert.deepEqual(decideNow(read, limits, Date.parse(now)), decideNow(fleet, limits, Date.parse(now)), name);
	}
});

test("a fleet in the middle of its rollouts goes on in the same way after it was written and read", () => {
	const original = new Unwritten(
		after(EMPTY_FLEET, ...policyEvents(bigPolicies({ selection: "two" }), NOW), ...machineEvents(80, NOW)),
	);
	const world = new World();
	for (let now = NOW; now < NOW + 60_000; now += 2000) {
		const restored = new Unwritten(writtenAndRead(original.fleet));
		assert.deepEqual(decideNow(restored.fleet, limits, now), decideNow(original.fleet, limits, now));
		const events: Event[] = [];
		turn({ fleet: original.fleet, record: (some) => events.push(...some) }, { world, limits, now });
		for (const event of events) {
			original.record([event]);
			restored.record([event]);
		}
		assert.deepEqual(fleetToJson(restored.fleet), fleetToJson(original.fleet));
	}
	const phases = [...original.fleet.rollouts.values()].flatMap(({ progress }) =>
		[...progress.values()].flatMap((tasks) => [...tasks.values()].map(({ phase }) => phase)),
	);
	assert.ok(phases.includes("verified") && phases.includes("failed"), "the way led through the whole of a rollout");
});

test("an event that changed nothing before changes nothing after it either", () => {
	const fleet = after(EMPTY_FLEET, ...policyEvents(bigPolicies({ selection: "two" }), NOW), ...machineEvents(40, NOW));
	const read = writtenAndRead(fleet);
	for (const event of machineEvents(40, NOW)) assert.equal(applyEvent(read, event), read);
});

test("maps keep their order, also when names are numbers or were removed and came back", () => {
	let fleet = after(EMPTY_FLEET, ...machineEvents(30, NOW));
	fleet = after(fleet, { kind: "MachineForgotten", machine: "machine-000003", by: "eve", at: NOW });
	for (const machine of ["10", "9", "machine-000003"])
		fleet = after(fleet, {
			...{ kind: "MachineSeen", machine, address: "10.0.0.1", port: 22, source: "mdns", groups: [], at: NOW },
			labels: { 2: "b", 1: "a" },
		});
	assert.deepEqual([...writtenAndRead(fleet).machines.keys()].slice(-3), ["10", "9", "machine-000003"]);
	assert.deepEqual([...writtenAndRead(fleet).machines], [...fleet.machines]);
});

test("policies that were one object are one again, and two of the same revision stay two", () => {
	const begin = {
		kind: "begin",
		rollout: "office@r1/2026-03-02T02:00:00.000Z",
		policy: "office",
		revision: "r1",
		run: NOW,
	} as const;
	const begun = after(
		EMPTY_FLEET,
		{ kind: "PolicyApplied", policy: policyOf({}), source: "a.yaml", at: NOW },
		{ kind: "StepStarted", step: begin, at: NOW },
		{ kind: "StepFinished", step: begin, outcome: { kind: "recorded" }, at: NOW },
	);
	const one = writtenAndRead(begun);
	assert.ok(one.policies.get("office")?.policy);
	assert.equal(one.policies.get("office")?.policy, one.rollouts.get("office")?.policy);
	const moved = after(begun, { kind: "PolicyApplied", policy: policyOf({}), source: "b.yaml", at: NOW + 1 });
	const two = writtenAndRead(moved);
	assert.notEqual(two.policies.get("office")?.policy, two.rollouts.get("office")?.policy);
	assert.deepEqual(two, moved);
});

test("a fleet that names a policy it does not hold is refused", () => {
	const json = fleetToJson(after(EMPTY_FLEET, { kind: "PolicyApplied", policy: policyOf({}), source: "a", at: NOW }));
	assert.throws(() => fleetFromJson({ ...json, shared: [] }), /names policy 0 of 0/);
});

/** What the kept journal came to, event by event, when the format was current. */
const CAME_TO: Readonly<Record<number, string>> = {
	4: "8e0088e676b756356089fd14ce6c21b08181f33e9422c13d7fa84320e72e8c6b",
	5: "25671eef2612a94942ee8cfb7f0278fa8cf732977dc26fddb49ec400f0c6fdc0",
};

function keptJournal(): readonly Event[] {
	const text = readFileSync(new URL("kept-journal.jsonl", import.meta.url), "utf8");
	return text
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line) as Event);
}

test("whoever changes what events come to counts the format on, so that no start trusts a snapshot of before", () => {
	const digest = createHash("sha256");
	let fleet = EMPTY_FLEET;
	for (const event of keptJournal()) {
		fleet = applyEvent(fleet, event);
		digest.update(JSON.stringify(fleetToJson(fleet)));
	}
	assert.equal(digest.digest("hex"), CAME_TO[FLEET_FORMAT], `count FLEET_FORMAT on from ${FLEET_FORMAT}`);
});

/** Whoever adds a kind adds it here, and an event of it to the journal's end. */
const EVENTS: Readonly<Record<Event["kind"], true>> = {
	...{ MachineSeen: true, MachineLost: true, MachineApproved: true, MachineForgotten: true, MachineCleaned: true },
	...{ PolicyApplied: true, PolicyRemoved: true, PolicyApproved: true, PackageLost: true, DeliveryChosen: true },
	...{ StepStarted: true, StepFinished: true, StepInterrupted: true, DaemonStarted: true, RunRequested: true },
	...{ Paused: true, Resumed: true, RingPromoted: true, RolloutAborted: true, MachineExcluded: true },
	...{ MachineIncluded: true, RetryRequested: true, PolicyRetryRequested: true, PackageRetryRequested: true },
	...{ TokenMade: true, TokenRevoked: true, Reloaded: true, LoggedIn: true, OrderRefused: true },
};
const STEPS: Readonly<Record<Step["kind"], true>> = {
	...{ begin: true, soak: true, promote: true, queue: true, miss: true, halt: true, give_up: true, acquire: true },
	...{ read_facts: true, reboot: true, inspect: true, deliver: true, install: true, follow: true },
};
const OUTCOMES: Readonly<Record<Outcome["kind"], true>> = {
	...{ recorded: true, acquired: true, inspected: true, facts_read: true, rebooted: true, delivered: true },
	...{ exited: true, failed: true },
};

test("the kept journal has every kind of event, step and outcome", () => {
	const journal = keptJournal();
	const steps = journal.flatMap((event) => ("step" in event ? event.step.kind : []));
	const outcomes = journal.flatMap((event) => (event.kind === "StepFinished" ? event.outcome.kind : []));
	assert.deepEqual(new Set(journal.map(({ kind }) => kind as string)), new Set(Object.keys(EVENTS)));
	assert.deepEqual(new Set<string>(steps), new Set(Object.keys(STEPS)));
	assert.deepEqual(new Set<string>(outcomes), new Set(Object.keys(OUTCOMES)));
	assert.ok(journal.some((event) => "step" in event && event.step.kind === "begin" && event.step.restores));
});
