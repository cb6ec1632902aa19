import { readFile } from "node:fs/promises";
import { parsePolicy } from "../../src/policy/parse-policy.ts";
import { modelFleet } from "../../src/simulate/model-fleet.ts";
import { simulate } from "../../src/simulate/simulate.ts";
import type { Figure } from "./figures.ts";

const DAY_MS = 86_400_000;
const START = Date.parse("2026-11-23T10:00:00Z");
const POLICY = "config/policies/kernel-reboot.yaml";
const LIMITS = { sessions: 64, deliveries: 64 };

/** Virtual time beside real time. */
export async function measureSimulate(machines: number, days: number): Promise<Figure> {
	const text = await readFile(new URL(`../../${POLICY}`, import.meta.url), "utf8");
	const read = parsePolicy(text, POLICY);
	if (!("policy" in read)) throw new Error(`${POLICY} is no good policy`);
	const { policy } = read;
	const end = START + days * DAY_MS;
	const fleet = modelFleet({ policy, machines, offline: 0.1, fail: 0.02, seed: 1, start: START, end });
	const began = performance.now();
	simulate({ policy, machines: fleet, start: START, end, seed: 1, answerMs: 3_600_000, limits: LIMITS, outages: [] });
	const what = `simulate, times real time: ${machines.toLocaleString("en")} machines, ${days} days`;
	return { what, value: (days * DAY_MS) / (performance.now() - began), unit: "x", atLeast: 700 };
}
