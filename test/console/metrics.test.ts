import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Registry } from "prom-client";
import { EventCounts } from "../../src/console/metrics/event-counts.ts";
import { FleetGauges } from "../../src/console/metrics/fleet-gauges.ts";
import type { Event } from "../../src/model/event.ts";
import type { MachineStep } from "../../src/model/step.ts";
import { applyEvent } from "../../src/plan/apply-event.ts";
import { EMPTY_FLEET } from "../../src/plan/empty-fleet.ts";
import { machineEvents } from "../bench/big-fleet.ts";
import { fleetOf } from "../plan/fleet-of.ts";
import { idleMetrics, PAGE, pageWithMetrics } from "./metrics-page.ts";

/** The samples of a text, by name with labels. */
async function samples(registry: Registry): Promise<ReadonlyMap<string, number>> {
	const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	return new Map(
		lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
	);
}

test("docs/metrics.md lists every metric of the registry, and no other", () => {
	const page = readFileSync(PAGE, "utf8");
	assert.equal(page, pageWithMetrics(page), "node test/run.mjs test/console/metrics-page.ts writes the table");
	assert.match(page, /fleetseed_delivery_floor_ratio/);
});

test("names are Prometheus': snake case with their unit, counters end in _total, and gauges do not", () => {
	const metrics = idleMetrics()
		.registry.getMetricsAsArray()
		.filter(({ name }) => name.startsWith("fleetseed_"));
	assert.ok(metrics.length > 20);
	for (const metric of metrics) {
		assert.match(metric.name, /^fleetseed(_[a-z]+)+$/);
		assert.equal(metric.name.endsWith("_total"), metric.constructor.name === "Counter", metric.name);
		assert.doesNotMatch(metric.name, /_(ms|millis|kb|mb|minutes)\b/);
		if (metric.constructor.name === "Histogram") assert.match(metric.name, /_(seconds|ratio)$/);
	}
});

test("no more machines make no more series", async () => {
	const count = async (machines: number) => {
		const registry = new Registry();
		const fleet = machineEvents(machines, 0).reduce(applyEvent, EMPTY_FLEET);
		new FleetGauges(registry).set({ fleet, held: [], now: 0 });
		const text = await registry.metrics();
		assert.doesNotMatch(text, /machine-0/);
		return text.split("\n").length;
	};
	assert.equal(await count(500), await count(5));
});

test("machines are counted by trust and presence, and a rollout's by where they stand", async () => {
	const registry = new Registry();
	const fleet = fleetOf({
		policy: { name: "office" },
		machines: { "mill-01": {}, "mill-02": {}, "mill-03": { trust: { kind: "discovered" } } },
		rollout: { tasks: { "mill-01": { phase: "verified" }, "mill-02": { phase: "failed" } } },
	});
	new FleetGauges(registry).set({ fleet, held: [], now: Date.parse("2026-03-02T03:00:00Z") });
	const seen = await samples(registry);
	assert.equal(seen.get('fleetseed_machines{trust="approved",presence="present"}'), 2);
	assert.equal(seen.get('fleetseed_machines{trust="discovered",presence="present"}'), 1);
	assert.equal(seen.get('fleetseed_machines{trust="quarantined",presence="silent"}'), 0);
	assert.equal(seen.get('fleetseed_rollouts{state="finished"}'), 1);
	assert.equal(seen.get('fleetseed_ring_machines{policy="office",ring="all",state="verified"}'), 1);
	assert.equal(seen.get('fleetseed_ring_machines{policy="office",ring="all",state="failed"}'), 1);
	assert.equal(seen.get('fleetseed_ring_machines{policy="office",ring="all",state="open"}'), 0);
});

test("installs, retries, reboots, bytes and failures of SSH are counted as they are written", async () => {
	const registry = new Registry();
	const fleet = fleetOf({ policy: { name: "office" }, machines: { "mill-01": {} }, rollout: {} });
	const rollout = fleet.rollouts.get("office")?.id ?? "";
	const step = (kind: MachineStep["kind"], attempt: number): MachineStep => {
		return { kind, machine: "mill-01", rollout, package: "app", attempt };
	};
	const reboot = { kind: "reboot", machine: "mill-01", rollout, bootId: "b", attempt: 1, until: 0 } as const;
	const at = 0;
	const delivered = { kind: "delivered", method: "agent", bytes: 100, sourceBytes: 30, peerBytes: 70 } as const;
	const lost = { code: "FS-SSH-TIMEOUT", detail: "" } as const;
	const events: readonly Event[] = [
		{ kind: "StepStarted", step: step("install", 1), at },
		{ kind: "StepFinished", step: step("install", 1), outcome: { kind: "exited", exitCode: 1 }, at },
		{ kind: "StepStarted", step: step("install", 2), at },
		{ kind: "StepFinished", step: step("follow", 2), outcome: { kind: "exited", exitCode: 0 }, at },
		{ kind: "StepFinished", step: step("deliver", 1), outcome: { ...delivered, durationMs: 3000, floorMs: 2500 }, at },
		{ kind: "StepFinished", step: step("inspect", 1), outcome: { kind: "failed", failure: lost }, at },
		{ kind: "StepFinished", step: reboot as never, outcome: { kind: "rebooted", bootId: "c" }, at },
	];
	new EventCounts(registry).count(events, fleet);
	const seen = await samples(registry);
	assert.equal(seen.get('fleetseed_installs_total{policy="office",outcome="failed"}'), 1);
	assert.equal(seen.get('fleetseed_installs_total{policy="office",outcome="success"}'), 1);
	assert.equal(seen.get("fleetseed_install_retries_total"), 1);
	assert.equal(seen.get('fleetseed_reboots_total{outcome="proven"}'), 1);
	assert.equal(seen.get('fleetseed_delivered_bytes_total{sender="controller"}'), 30);
	assert.equal(seen.get('fleetseed_delivered_bytes_total{sender="peers"}'), 70);
	assert.equal(seen.get('fleetseed_ssh_failures_total{code="FS-SSH-TIMEOUT"}'), 1);
	assert.equal(seen.get('fleetseed_delivery_floor_ratio_bucket{le="1.1",method="agent"}'), 0);
	assert.equal(seen.get('fleetseed_delivery_floor_ratio_bucket{le="1.25",method="agent"}'), 1);
	assert.equal(seen.get('fleetseed_delivery_duration_seconds_sum{method="agent"}'), 3);
});

test("however many scrape at once, machines are counted once, and anew a second later", async (t) => {
	let counted = 0;
	let now = 0;
	t.mock.method(performance, "now", () => now);
	const metrics = idleMetrics(() => {
		counted += 1;
		return EMPTY_FLEET;
	});
	await Promise.all(Array.from({ length: 200 }, () => metrics.text()));
	now = 999;
	await metrics.text();
	assert.equal(counted, 1);
	now = 1000;
	assert.match(await metrics.text(), /^fleetseed_machines/m);
	assert.equal(counted, 2);
});
