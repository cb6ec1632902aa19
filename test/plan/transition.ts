import assert from "node:assert/strict";
import type { Event, Outcome } from "../../src/model/event.ts";
import type { Fleet, Reboot, Rollout, Task } from "../../src/model/fleet.ts";
import type { MachineStep, MachineStepKind, RebootStep, Step } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { FACTS, type Given, ROLLOUT } from "./fleet-of.ts";

export const AT = Date.parse("2026-11-23T10:00:00Z");
export const MINUTE = 60_000;

export const ref = { machine: "a", rollout: ROLLOUT, package: "app", attempt: 1 };
export const INSTALLED: Extract<Outcome, { kind: "inspected" }> = {
	kind: "inspected",
	facts: { observations: [{ type: "package", version: "2" }], job: { kind: "none" }, isStaged: true },
	machine: FACTS,
};
export const GONE: Extract<Outcome, { kind: "inspected" }> = {
	kind: "inspected",
	facts: { observations: [{ type: "package", version: null }], job: { kind: "none" }, isStaged: true },
};

export function step(kind: MachineStepKind, attempt = 1): MachineStep {
	return { kind, ...ref, attempt };
}

export function after(fleet: Fleet, ...events: readonly Event[]): Fleet {
	return events.reduce(applyEvent, fleet);
}

/** The fleet after a step was done, a second after it was begun. */
export function done(fleet: Fleet, each: Step, outcome: Outcome, at = AT): Fleet {
	return after(
		fleet,
		{ kind: "StepStarted", step: each, at: at - 1000 },
		{ kind: "StepFinished", step: each, outcome, at },
	);
}

export function rolloutIn(fleet: Fleet): Rollout {
	const rollout = fleet.rollouts.get("office");
	assert.ok(rollout);
	return rollout;
}

export function taskIn(fleet: Fleet): Task | undefined {
	return rolloutIn(fleet).progress.get("a")?.get("app");
}

export function rebootIn(fleet: Fleet): Reboot | undefined {
	return rolloutIn(fleet).reboots.get("a");
}

/** One machine in the middle of an install, under a policy of reboots. */
export const rebooting = (policy: "never" | "if_needed" | "always", codes = {}): Given => ({
	policy: { reboot: { policy } },
	package: { returnCodes: { success: [0], softReboot: [3010], hardReboot: [1641], retry: [], ...codes } },
	machines: { a: { facts: {} } },
	rollout: { tasks: { a: { phase: "running" } } },
});

/** What the machine's reboot asks for. */
export function rebootStep(fleet: Fleet): RebootStep {
	const { attempt = 1, bootId = "" } = rebootIn(fleet) ?? {};
	const deadline = AT + 15 * MINUTE;
	return {
		kind: "reboot",
		machine: "a",
		rollout: ROLLOUT,
		attempt,
		bootId,
		deadline,
		askUntil: deadline,
		honoursUsers: true,
	};
}
