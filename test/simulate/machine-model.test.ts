import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineModel } from "../../src/simulate/machine-model.ts";
import { FACTS, policyOf } from "../plan/fleet-of.ts";

const [SPEC] = policyOf({}).packages;
const REF = { machine: "m", rollout: "office@r1/2026-03-02T02:00:00.000Z", package: "app", attempt: 1 };
const GOOD = { exitCode: 0, takesMs: 1_000, leavesPackage: true, needsReboot: false };

function model() {
	assert.ok(SPEC);
	return { spec: SPEC, machine: new MachineModel("m", FACTS) };
}

test("an attempt runs once, and its package is there when it has ended", () => {
	const { machine, spec } = model();
	assert.equal(machine.startJob(REF, spec, GOOD, 0).isNew, true);
	assert.equal(machine.startJob(REF, spec, GOOD, 500).isNew, false);
	assert.deepEqual(machine.packageFacts(REF, spec, 999).job, { kind: "running" });
	assert.equal(machine.isInstalled(spec, 999), false);
	assert.equal(machine.isInstalled(spec, 1_000), true);
	assert.deepEqual(machine.packageFacts(REF, spec, 1_000).job, { kind: "exited", exitCode: 0 });
});

test("a power cut loses what runs and nothing that had ended, and the next boot has another id", () => {
	const { machine, spec } = model();
	machine.startJob(REF, spec, GOOD, 0);
	machine.startJob({ ...REF, attempt: 2 }, spec, { ...GOOD, takesMs: 5_000 }, 0);
	const boot = machine.bootId;
	machine.powerOff(2_000);
	machine.powerOn();
	assert.notEqual(machine.bootId, boot);
	assert.equal(machine.isInstalled(spec, 9_000), true);
	assert.deepEqual(machine.packageFacts({ ...REF, attempt: 2 }, spec, 9_000).job, { kind: "lost" });
});
