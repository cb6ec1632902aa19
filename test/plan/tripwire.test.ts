import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { suite, test } from "node:test";
import fc from "fast-check";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { play } from "../sim/play.ts";
import { scenarios } from "../sim/scenario.ts";
import { withTripwires } from "./tripwire.ts";

suite("with tripwires on the clock, chance and timers", () => {
	test("fleets are decided upon for three nights", () => {
		const drawn = fc.sample(scenarios, { numRuns: 60, seed: 42 });
		for (const scenario of drawn) {
			const { broken, decisions } = withTripwires(() => play(scenario));
			assert.equal(broken, null);
			assert.ok(decisions > 0);
		}
	});

	test("policies are parsed", () => {
		const folder = new URL("../../config/", import.meta.url);
		const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
		assert.ok(files.length > 3);
		for (const file of files) {
			const text = readFileSync(new URL(file, folder), "utf8");
			withTripwires(() => parsePolicy(text, file));
		}
	});
});

for (const [name, act] of [
	["Date.now", () => Date.now()],
	["new Date()", () => new Date()],
	["Date()", () => Date()],
	["Math.random", () => Math.random()],
	["performance.now", () => performance.now()],
	["setTimeout", () => setTimeout(() => undefined, 1)],
	["crypto.randomUUID", () => crypto.randomUUID()],
] as readonly (readonly [string, () => unknown])[]) {
	test(`the tripwire on ${name} throws, and is gone afterwards`, () => {
		assert.throws(() => withTripwires(act), /the core called/);
		assert.ok(Date.now() > 0 && Math.random() < 1 && new Date().getFullYear() > 2000);
	});
}
