import assert from "node:assert/strict";
import { test } from "node:test";
import { policyChanges } from "../../src/console/changes-report.ts";
import { packagePage, packageRows } from "../../src/console/package-report.ts";
import { policyReport } from "../../src/console/policy-report.ts";
import { fleetOf, SHA } from "../plan/fleet-of.ts";
import { status, viewOn } from "./looking.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

function fleetWith(revision: string, password: string) {
	const source = {
		url: `https://eve:${password}@origin.example/app.deb`,
		mirrors: [`https://eve:${password}@mirror.example/app.deb`],
	};
	const packages = [{ source }];
	return fleetOf({ policy: { revision, packages }, machines: { "mill-01": null }, rollout: { tasks: {} } });
}

test("the login that a source's URL carries is in no report, and that it changed is told", () => {
	const [before, fleet] = [fleetWith("r1", "hunter1"), fleetWith("r2", "hunter2@x")];
	const applied = fleet.policies.get("office");
	const left = before.rollouts.get("office");
	assert.ok(applied);
	const stock = { fleet, uplink: new Map() };
	const changes = policyChanges(before, { ...fleet, rollouts: before.rollouts }, NOW);
	const reports = [
		packageRows(stock),
		packagePage(stock, SHA),
		policyReport(applied, left, null),
		changes.map(({ differences }) => differences),
		status(viewOn(fleet, NOW)).totals,
	];
	assert.match(JSON.stringify(reports), /https:\/\/\.\.\.@origin\.example\/app\.deb/);
	for (const report of reports) assert.doesNotMatch(JSON.stringify(report), /eve:|hunter|@x/);
	assert.deepEqual(
		changes[0]?.differences.map(({ sentence }) => sentence),
		[
			"packages[app].source.url: https://...@origin.example/app.deb -> https://...@origin.example/app.deb",
			"packages[app].source.mirrors: [https://...@mirror.example/app.deb] -> [https://...@mirror.example/app.deb]",
		],
	);
});
