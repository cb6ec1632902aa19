import assert from "node:assert/strict";
import { test } from "node:test";
import { RunningTotals } from "../../src/swarm/running-totals.ts";

function total(sha256: string, byMachine: Readonly<Record<string, number>>) {
	return { sha256, uploadedBytes: Object.values(byMachine).reduce((sum, bytes) => sum + bytes, 0), byMachine };
}

test("what processes sent that have ended counts with what the present one sends", () => {
	const totals = new RunningTotals();
	assert.deepEqual(totals.count([total("aa", { m1: 5 })]), [total("aa", { m1: 5 })]);
	assert.deepEqual(totals.count([total("aa", { m1: 7, m2: 1 })]), [total("aa", { m1: 7, m2: 1 })]);
	totals.processEnded();
	assert.deepEqual(totals.count([]), [total("aa", { m1: 7, m2: 1 })]);
	const both = [total("aa", { m1: 10, m2: 1 }), total("bb", { m1: 2 })];
	assert.deepEqual(totals.count([total("aa", { m1: 3 }), total("bb", { m1: 2 })]), both);
	totals.processEnded();
	totals.processEnded();
	assert.deepEqual(totals.count([]), both, "each process counts once");
});
