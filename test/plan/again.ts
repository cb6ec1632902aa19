import assert from "node:assert/strict";
import fc from "fast-check";
import type { Event, OperatorEvent } from "../../src/model/event.ts";
import type { Fleet } from "../../src/model/fleet.ts";
import type { Step } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import type { Decision } from "../../src/plan/decide.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { type FleetJson, fleetFromJson, fleetToJson } from "../../src/plan/fleet-json.ts";
import { machineEvents, policyEvents } from "../bench/big-fleet.ts";
import { decideNow } from "../bench/turn.ts";
import { World } from "../bench/world.ts";
import { type GivenPolicy, policyOf } from "./fleet-of.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-11-23T10:00:00Z");
const MACHINES = 30;
/** Few places, so that most machines wait for one. */
const LIMITS = { sessions: 7, deliveries: 3 };
const WINDOW = { name: "day", durationMs: 240 * MINUTE, cutoffMs: 20 * MINUTE, timeZone: "Europe/Budapest" };
const DAILY = {
	...WINDOW,
	days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
	startTime: { hour: 12, minute: 0 },
};

/** Rings, soaks, budgets, windows, deadlines, approvals, reboots, retries and absences, over the same machines. */
const GIVEN: readonly GivenPolicy[] = [
	{
		name: "policy-0",
		reboot: { policy: "always", concurrency: { kind: "absolute", value: 2 } },
		rollout: {
			maxConcurrency: { kind: "percent", value: 30 },
			maxErrors: 6,
			progressDeadlineMs: 150 * MINUTE,
			rings: [
				{ name: "canary", members: { kind: "percentage", percentage: 20 }, minHealthyTimeMs: 10 * MINUTE },
				{ name: "rest", successThreshold: 80 },
			],
		},
	},
	{
		name: "policy-1",
		packages: [
			{ name: "app", sha256: "b".repeat(64) },
			{ name: "extra", sha256: "c".repeat(64) },
		],
		maintenanceWindows: [DAILY] as never,
		retries: { max: 1, delayMs: 30 * MINUTE },
		rollout: {
			prestageThreshold: 50,
			rings: [
				{ name: "fast", members: { kind: "targets", targets: { labelsIncludeAny: ["fast"] } }, promote: "manual" },
				{ name: "rest" },
			],
		},
	},
	{
		name: "policy-2",
		targets: { labelsIncludeAll: ["distribution=debian"] },
		packages: [{ sha256: "d".repeat(64) }],
		offline: { policy: "skip", giveUpAfterMs: 90 * MINUTE },
		schedule: { kind: "cron", cron: "30 * * * *" },
	},
	{
		name: "policy-3",
		targets: { match: "machine-00000*" },
		packages: [{ sha256: "e".repeat(64), requirements: { os: [], arch: [], diskSpaceMb: 1 } }],
		approval: { required: 1, approvers: [] },
		availableAt: START + 45 * MINUTE,
		deadline: START + 300 * MINUTE,
		maintenanceWindows: [DAILY] as never,
	},
];
const POLICIES = GIVEN.map((policy, index) =>
	policyOf({ policy: { revision: `r${index}`.padEnd(64, "0"), ...policy } }),
);

export type Act =
	| { readonly do: "work" | "start" | "wake" }
	| { readonly do: "finish" | "lose" | "interrupt"; readonly which: number }
	| { readonly do: "pass"; readonly minutes: number }
	| { readonly do: "tell"; readonly event: OperatorEvent | Told };
type Told = Event extends infer Each ? (Each extends { readonly at: number } ? Omit<Each, "at"> : never) : never;

const machines = fc.nat(MACHINES + 2).map((index) => `machine-${String(index).padStart(6, "0")}`);
const policies = fc.constantFrom(...GIVEN.map(({ name }) => name as string));
const by = "eve";
const seen = fc.record({ machine: machines, labels: fc.constantFrom({}, { fast: "yes" }, { slow: "yes" }) });
const told: fc.Arbitrary<Told> = fc.oneof(
	seen.map(
		(each): Told => ({ kind: "MachineSeen", ...each, address: "10.0.0.1", port: 22, source: "mdns", groups: [] }),
	),
	machines.map((machine): Told => ({ kind: "MachineLost", machine, reason: "expired" })),
	machines.map((machine): Told => ({ kind: "MachineApproved", machine, hostKeys: [], by })),
	machines.map((machine): Told => ({ kind: "MachineForgotten", machine, by })),
	machines.map((machine): Told => ({ kind: "MachineExcluded", machine, by, reason: "broken" })),
	machines.map((machine): Told => ({ kind: "MachineIncluded", machine, by })),
	machines.map((machine): Told => ({ kind: "RetryRequested", machine, by })),
	policies.map((policy): Told => ({ kind: "PolicyRetryRequested", policy, only: ["failed", "waiting"], by })),
	policies.map((policy): Told => ({ kind: "Paused", policy, by, reason: "a look" })),
	policies.map((policy): Told => ({ kind: "Resumed", policy, by })),
	policies.map((policy): Told => ({ kind: "RunRequested", policy, by })),
	fc.constant<Told>({ kind: "RolloutAborted", policy: "policy-0", by, reason: "enough" }),
	fc.constant<Told>({ kind: "RingPromoted", policy: "policy-1", ring: "fast", by }),
	fc.constant<Told>({ kind: "PolicyApproved", policy: "policy-3", revision: "r3".padEnd(64, "0"), by }),
	fc.constant<Told>({ kind: "PackageLost", sha256: "b".repeat(64) }),
	fc.constant<Told>({ kind: "DaemonStarted" }),
);
const acts: fc.Arbitrary<Act> = fc.oneof(
	{ weight: 12, arbitrary: fc.constant<Act>({ do: "work" }) },
	{ weight: 4, arbitrary: fc.constant<Act>({ do: "start" }) },
	{ weight: 4, arbitrary: fc.constant<Act>({ do: "wake" }) },
	{ weight: 6, arbitrary: fc.record({ do: fc.constantFrom("finish", "lose", "interrupt"), which: fc.nat(6) }) },
	{ weight: 4, arbitrary: fc.record({ do: fc.constant("pass"), minutes: fc.integer({ min: -60, max: 90 }) }) },
	{ weight: 8, arbitrary: fc.record({ do: fc.constant("tell"), event: told }) },
);

/** A daemon with its fleet and a clock that anybody may set. */
class Course {
	readonly #world = new World();
	fleet: Fleet = EMPTY_FLEET;
	now = START;

	constructor() {
		this.record(...policyEvents(POLICIES, START), ...machineEvents(MACHINES, START));
	}

	record(...events: readonly Event[]): void {
		for (const event of events) this.fleet = applyEvent(this.fleet, event);
	}

	act(act: Act): void {
		const { now } = this;
		if (act.do === "work") this.#work();
		else if (act.do === "start") this.#start();
		else if (act.do === "wake") this.now = decideNow(this.fleet, LIMITS, now).wakeAt ?? now + MINUTE;
		else if (act.do === "pass") this.now += act.minutes * MINUTE;
		else if (act.do === "tell") this.record({ ...act.event, at: now } as Event);
		else if ("which" in act) this.#end(act);
	}

	/** Everything that is under way ends, and what may begin then begins. */
	#work(): void {
		this.now += 1000;
		for (const { step } of this.fleet.running.values()) this.#finish(step);
		this.#start();
	}

	#start(): void {
		const { steps } = decideNow(this.fleet, LIMITS, this.now);
		this.record(...steps.map((step): Event => ({ kind: "StepStarted", step, at: this.now })));
	}

	#end({ do: how, which }: Extract<Act, { which: number }>): void {
		const { now } = this;
		const running = [...this.fleet.running.values()];
		const step = running[which % Math.max(1, running.length)]?.step;
		if (!step) return;
		const failure = { code: "FS-SSH-LOST" as const, detail: "the connection was cut" };
		if (how === "finish") this.#finish(step);
		else if (how === "interrupt") this.record({ kind: "StepInterrupted", step, at: now });
		else this.record({ kind: "StepFinished", step, outcome: { kind: "failed", failure }, at: now });
	}

	#finish(step: Step): void {
		this.record(...this.#world.answer(step, this.now));
	}
}

/** What may happen to a daemon, one act after the other. */
export const courses: fc.Arbitrary<readonly Act[]> = fc.array(acts, { minLength: 40, maxLength: 160, size: "max" });

/** After each act: what the daemon decides is what somebody decides who remembers nothing. Answers with each decision. */
export function* decideAgain(course: readonly Act[]): Iterable<Decision> {
	const daemon = new Course();
	for (const act of course) {
		daemon.act(act);
		const live = decideNow(daemon.fleet, LIMITS, daemon.now);
		const fresh = fleetFromJson(JSON.parse(JSON.stringify(fleetToJson(daemon.fleet))) as FleetJson);
		assert.deepStrictEqual(live, decideNow(fresh, LIMITS, daemon.now));
		yield live;
	}
}
