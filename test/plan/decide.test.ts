import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { decide } from "../../src/plan/decide.ts";
import { describeHeld } from "../../src/plan/describe-held.ts";
import type { Limits } from "../../src/plan/slots.ts";
import { fleetOf, type Given, policyOf, resolveTimes, stepLine } from "./fleet-of.ts";

interface Case {
	readonly name: string;
	readonly given: Given;
	readonly now: string;
	readonly limits?: Limits;
	readonly expect: {
		readonly steps: readonly string[];
		/** By machine name; the policy's own under its name. */
		readonly held?: Readonly<Record<string, string>>;
		readonly wake_at?: string | null;
	};
}

const folder = new URL("cases/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const cases = files.flatMap((name) => parse(readFileSync(new URL(name, folder), "utf8"), { merge: true }) as Case[]);

test("there are decision cases", () => assert.ok(cases.length >= 20, `${cases.length} cases`));

for (const { name, given, now, limits, expect } of cases) {
	test(name, () => {
		const ground = resolveTimes(given) as Given;
		const decision = decide(
			fleetOf(ground),
			[policyOf(ground)],
			Date.parse(now),
			limits ?? { sessions: 64, deliveries: 64 },
		);
		assert.deepEqual(
			decision.steps.map((step) => stepLine(step, Date.parse(now))),
			expect.steps,
		);
		const held = decision.held.map((each) => [each.machine ?? each.policy, describeHeld(each)]);
		assert.deepEqual(Object.fromEntries(held), expect.held ?? {});
		assert.equal(held.length, Object.keys(expect.held ?? {}).length, "one reason each");
		const wakeAt = decision.wakeAt === null ? null : new Date(decision.wakeAt).toISOString();
		assert.equal(wakeAt, expect.wake_at ?? null);
	});
}

test("two policies that name the same digest cause one download", () => {
	const fleet = fleetOf({ package_state: null });
	const policies = [policyOf({}), { ...policyOf({}), name: "reception" }];
	const { steps } = decide(fleet, policies, Date.parse("2026-11-23T10:00:00Z"), { sessions: 64, deliveries: 64 });
	assert.deepEqual(
		steps.filter(({ kind }) => kind === "acquire").map((step) => stepLine(step)),
		["acquire aaaaaaaa 1"],
	);
});
