import assert from "node:assert/strict";
import { test } from "node:test";
import type { Policy } from "../../src/model/policy.ts";
import { comparePolicies, describeDifference } from "../../src/policy/compare-policies.ts";
import { parsePolicy } from "../../src/policy/parse-policy.ts";

const TEXT = `
version: 1
name: office
packages:
  - { name: app, version: "1", type: deb, source: { url: "https://o.example/app.deb" }, checksum: "sha256:${"a".repeat(64)}" }
targets: { groups: [office] }
rollout:
  max_concurrency: 5
  rings:
    - { name: canary, targets: { machines: [desk-01] }, min_healthy_time: 1h }
    - { name: early, target_percentage: 20 }
    - { name: everyone }
schedule: { cron: "0 20 * * fri", time_zone: Europe/Budapest }
maintenance_windows: [{ name: night, start_time: "22:00", duration: 6h, time_zone: Europe/Budapest }]
deadline: 2026-12-01T08:00[Europe/Budapest]
reboot: { policy: if_needed, concurrency: "10%" }
bandwidth: { up: 20mbit, windows: [{ name: night, start_time: "20:00", duration: 10h, time_zone: UTC, down: 3000kbit }] }
`;

function policyOf(text: string): Policy {
	const parsed = parsePolicy(text, "office.yaml");
	assert.ok("policy" in parsed, JSON.stringify(parsed));
	return parsed.policy;
}

function changes(...edits: readonly (readonly [string, string])[]): readonly string[] {
	let text = TEXT;
	for (const [from, to] of edits) {
		assert.ok(text.includes(from), from);
		text = text.replace(from, to);
	}
	return comparePolicies(policyOf(TEXT), policyOf(text)).map(describeDifference);
}

test("the same policy in other words has no difference", () => {
	assert.deepEqual(changes(["min_healthy_time: 1h", "min_healthy_time: 60m"]), []);
});

test("differences are told in the file's own keys and values", () => {
	const edits = [
		["max_concurrency: 5", 'max_concurrency: "5%"'],
		["min_healthy_time: 1h", "min_healthy_time: 90m"],
		["target_percentage: 20", "target_percentage: 25"],
		['"22:00"', '"23:30"'],
		["2026-12-01T08:00", "2026-12-02T08:00"],
		["up: 20mbit", "up: 2MiB"],
		["down: 3000kbit", "down: 300kbit"],
	] as const;
	assert.deepEqual(changes(...edits), [
		"rollout.rings[canary].min_healthy_time: 1h -> 90m",
		"rollout.rings[early].target_percentage: 20 -> 25",
		"rollout.max_concurrency: 5 -> 5%",
		"maintenance_windows[night].start_time: 22:00 -> 23:30",
		"deadline: 2026-12-01T07:00:00.000Z -> 2026-12-02T07:00:00.000Z",
		"bandwidth.up: 20mbit -> 2MiB",
		"bandwidth.windows[night].down: 3mbit -> 300kbit",
	]);
});

test("what is new and what is gone is named, by its own name and not by its place", () => {
	const added = changes([
		"    - { name: early",
		"    - { name: second, targets: { machines: [desk-02] } }\n    - { name: early",
	]);
	assert.ok(
		added.every((line) => line.startsWith("rollout.rings[second].")),
		added.join("\n"),
	);
	assert.ok(added.includes("rollout.rings[second].targets.machines: (none) -> [desk-02]"));
	const gone = changes(["deadline: 2026-12-01T08:00[Europe/Budapest]\n", ""]);
	assert.deepEqual(gone, ["deadline: 2026-12-01T07:00:00.000Z -> (none)"]);
});

test("a schedule that becomes now, and back", () => {
	const now = changes(['schedule: { cron: "0 20 * * fri", time_zone: Europe/Budapest }', "schedule: now"]);
	assert.equal(now[0], "schedule: (none) -> now");
	assert.ok(now.includes("schedule.cron: 0 20 * * fri -> (none)"));
});
