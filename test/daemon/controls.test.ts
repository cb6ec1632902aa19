import assert from "node:assert/strict";
import { test } from "node:test";
import { Controls } from "../../src/daemon/controls.ts";
import type { Daemon } from "../../src/daemon/daemon.ts";
import { fleetOf } from "../plan/fleet-of.ts";

const NAMES = Array.from({ length: 200 }, (_, index) => `mill-${index}`);

test("however many ask why which machine waits, it is decided once for all of them until something happens", async () => {
	let decided = 0;
	const decision = () => {
		decided += 1;
		return { steps: [], held: [], wakeAt: null };
	};
	const ledger = {
		fleet: fleetOf({ policy: { name: "office" }, machines: Object.fromEntries(NAMES.map((name) => [name, {}])) }),
	};
	const progress = { wayOf: () => undefined };
	const daemon = { ledger, loop: { decision }, progress, settings: { sites: [] }, problems: [] };
	const controls = new Controls(daemon as unknown as Daemon, () => 0);
	const told = await Promise.all(NAMES.map((name) => controls.why(name)));
	assert.deepEqual(new Set(told.map((why) => why?.policies[0]?.sentence)), new Set(["about to begin"]));
	assert.equal(await controls.why("nobody"), null);
	assert.equal(decided, 1);
	ledger.fleet = { ...ledger.fleet };
	await controls.why("mill-7");
	assert.equal(decided, 2);
});

test("the machines are told from what was written already, until one of them changes", async () => {
	const ledger = { fleet: fleetOf({ policy: { name: "office" }, machines: { mill: {}, farm: {} } }) };
	const daemon = { ledger, settings: { sites: [] } };
	const controls = new Controls(daemon as unknown as Daemon, () => 0);
	const told = await controls.machines();
	ledger.fleet = { ...ledger.fleet, pause: { by: "anna", at: 0, reason: "" } };
	assert.equal(await controls.machines(), told);
	const [mill] = [...ledger.fleet.machines.values()];
	assert.ok(mill);
	const machines = new Map([...ledger.fleet.machines, ["mill", { ...mill, address: "10.0.0.99" }]]);
	ledger.fleet = { ...ledger.fleet, machines };
	assert.deepEqual(
		(await controls.machines()).map(({ name, address }) => [name, address]),
		[...machines.values()].map(({ name, address }) => [name, address]),
	);
});
