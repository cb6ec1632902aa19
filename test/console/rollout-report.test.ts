import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../src/model/event.ts";
import { policyOf } from "../plan/fleet-of.ts";
import { commandLine } from "./command-line.ts";

const line = commandLine();
const BEGUN = Date.parse("2026-11-23T10:00:00Z");
const policy = policyOf({ policy: { packages: [{ name: "app" }, { name: "fonts" }] } });
const rollout = `${policy.name}@${policy.revision.slice(0, 8)}/2026-11-23T10:00:00.000Z`;
const job = { kind: "none" } as const;

function found(machine: string, name: string, second: number): Event {
	const spec = policy.packages.find((each) => each.name === name);
	const observations = (spec?.detection ?? []).map(() => ({ type: "package" as const, version: spec?.version ?? "" }));
	const step = { kind: "inspect", machine, rollout, package: name, attempt: 1 } as const;
	const facts = { observations, job, isStaged: true };
	return { kind: "StepFinished", step, outcome: { kind: "inspected", facts }, at: BEGUN + second * 1000 };
}

/** mill-01 has both packages, mill-02 one of them, on mill-03 one failed. */
function events(): readonly Event[] {
	const step = { kind: "begin", rollout, policy: policy.name, revision: policy.revision, run: BEGUN } as const;
	const install = { kind: "install", machine: "mill-03", rollout, package: "fonts", attempt: 1 } as const;
	const failure = { code: "FS-INSTALL-EXIT", detail: "exited 1" } as const;
	return [
		{ kind: "PolicyApplied", policy, source: "office.yaml", at: BEGUN },
		{ kind: "StepFinished", step, outcome: { kind: "recorded" }, at: BEGUN },
		found("mill-01", "app", 1),
		found("mill-01", "fonts", 2),
		found("mill-02", "app", 3),
		found("mill-03", "app", 4),
		{ kind: "StepFinished", step: install, outcome: { kind: "failed", failure }, at: BEGUN + 5000 },
	];
}

const figures = (page: string) =>
	[...page.matchAll(/<li><strong[^>]*>(\d+)<\/strong>([a-z ]+)<\/li>/g)].map(([, count, words]) => `${count} ${words}`);

test("a rollout of two packages is counted in machines, and those that nothing was done on are named with their reason", async () => {
	line.furnished?.record(events());
	const alone = await line.fleetseed("audit", "report", "--policy", policy.name);
	assert.deepEqual(figures(alone.out), ["3 machines", "1 verified", "1 failed", "1 not done", "0 not begun"]);
	assert.match(alone.out, /aria-label="1 of 3 verified"/);
	const report = await line.cockpit.status("all");
	const [row] = report.rollouts;
	const [machine] = row?.machines ?? [];
	assert.ok(row && machine);
	const away = {
		...machine,
		machine: "mill-04",
		state: "waiting_for_machine" as const,
		reason: "waiting for the machine to announce itself",
	};
	line.cockpit.status = async () => ({ ...report, rollouts: [{ ...row, id: rollout, machines: [machine, away] }] });
	const { out } = await line.fleetseed("audit", "report", "--policy", policy.name);
	assert.deepEqual(figures(out), ["4 machines", "1 verified", "1 failed", "1 not done", "1 not begun"]);
	assert.match(
		out,
		/<th scope="row">mill-04<\/th><td>waiting for machine<\/td><td>waiting for the machine to announce/,
	);
});

test("what people did on the rollout's machines meanwhile is told, and what they did on others is not", async () => {
	const by = { by: "eve", reason: "the disk is full" };
	line.furnished?.record([
		{ kind: "MachineExcluded", machine: "mill-03", ...by, at: BEGUN + 6000 },
		{ kind: "MachineExcluded", machine: "mill-04", ...by, at: BEGUN + 7000 },
		{ kind: "RetryRequested", machine: "mill-02", ...by, at: BEGUN + 8000 },
		{ kind: "RetryRequested", machine: "desk-01", ...by, at: BEGUN + 9000 },
	]);
	const report = await line.cockpit.status("all");
	const [row] = report.rollouts;
	const [machine] = row?.machines ?? [];
	assert.ok(row && machine);
	const machines = [{ ...machine, machine: "mill-04" }];
	line.cockpit.status = async () => ({ ...report, rollouts: [{ ...row, id: rollout, machines }] });
	const { out } = await line.fleetseed("audit", "report", "--policy", policy.name);
	const acts = [...out.matchAll(/<td>eve<\/td><td>([a-z ]+)<\/td><td>([a-z0-9-]+)<\/td><td>([^<]*)</g)];
	assert.deepEqual(
		acts.map(([, act, on, detail]) => `${act} ${on}: ${detail}`),
		[
			"exclude machine mill-03: the disk is full",
			"exclude machine mill-04: the disk is full",
			"retry machine mill-02: the disk is full",
		],
	);
});
