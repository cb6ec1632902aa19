import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryCockpit } from "../console/memory-cockpit.ts";
import { DIGEST } from "../console/memory-views.ts";
import { noBrowser, openBrowser, openPage } from "./browser.ts";
import { serveModel } from "./modelled.ts";

const AT = "2026-11-23T10:00:00.000Z";
const MARK = "window.hit=1";
const SHAPES: readonly ((index: number) => string)[] = [
	(n) => `<script>${MARK}${n}</script>`,
	(n) => `"><img src=x${n} onerror=${MARK}>`,
	(n) => `<svg/onload=${MARK}${n}>`,
	(n) => `javascript:${MARK}${n}`,
	(n) => `</textarea><script>${MARK}${n}</script>`,
	(n) => `' onmouseover='${MARK}${n}' x='`,
	(n) => `<iframe srcdoc="<script>parent.hit=${n}</script>">`,
	(n) => `{{constructor.constructor('${MARK}${n}')()}}`,
	(n) => `<style>@import 'data:text/css,*{x:expression(${MARK}${n})}'</style>`,
	(n) => `\u202e<a href="javascript:${MARK}${n}">x</a>`,
];
const STRINGS = Array.from({ length: 200 }, (_, index) => SHAPES[index % SHAPES.length]?.(index) ?? "");

async function hostilePackage(each: string) {
	const page = await new MemoryCockpit().package(DIGEST);
	const machines = STRINGS.map((name) => ({ machine: name, policy: name, phase: name, since: AT, attempt: 1 }));
	const failure = { code: each, detail: each, at: AT };
	assert.ok(page);
	return { ...page, sha256: each, names: [each], policies: [each], source: each, failure, machines };
}

/** A fleet whose every word is an attack: names, reasons, versions, outputs, keys. */
class HostileCockpit extends MemoryCockpit {
	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		const [rollout] = report.rollouts;
		assert.ok(rollout);
		const names = STRINGS.map((name) => ({ name, state: "failed" as const, reason: name }));
		const machines = rollout.machines.flatMap((row) =>
			STRINGS.map((each) => ({ ...row, machine: each, reason: each })),
		);
		const groups = STRINGS.map((each) => ({ state: "failed" as const, reason: each, machines: 1, names: [each] }));
		const budget = { failed: 1, started: 2, max_errors: 1, max_fail_percentage: 5, min_executed: 3, is_spent: false };
		const budgets = STRINGS.map((ring) => ({ ring, ...budget }));
		const all = STRINGS.join(" ");
		const said = { by: all, reason: all, at: AT };
		const gate = { kind: "soaking", sentence: all, until: null };
		const rings = rollout.rings.map((ring) => ({ ...ring, name: all, gate }));
		const approval = { required: 2, approvers: STRINGS, because: all, given: [], is_approved: false };
		const hostile = { ...rollout, approval, held: all, halted: said, rings, machines, budgets };
		return {
			...report,
			paused: said,
			waiting_for: STRINGS[1] ?? "",
			problems: STRINGS,
			failing_downloads: [
				{
					sha256: all,
					names: STRINGS,
					policies: STRINGS,
					code: all,
					detail: all,
					advice: all,
					since: AT,
					last_try: AT,
					is_final: true,
				},
			],
			rollouts: [hostile],
			machines: names,
			groups,
		};
	}

	override async policy(name: string) {
		const report = await super.policy("office");
		const differences = STRINGS.map((each) => ({ path: each, before: each, after: each, sentence: each }));
		return report && { ...report, policy: name, content: STRINGS, since: { revision: report.revision, differences } };
	}

	override async machines() {
		const [row] = await super.machines();
		assert.ok(row);
		return STRINGS.map((name) => ({ ...row, name, presence: name, labels: { [name]: name } }));
	}

	override async why(name: string) {
		const report = await new MemoryCockpit().why("mill-01");
		const all = STRINGS.join(" ");
		return (
			report && {
				...report,
				name,
				presence: all,
				policies: report.policies.map((each) => ({ ...each, sentence: all, advice: all })),
			}
		);
	}

	override async swarm() {
		const report = await super.swarm();
		const [first] = report.packages;
		const [machine] = first?.machines ?? [];
		assert.ok(first && machine);
		const machines = STRINGS.map((each) => ({ ...machine, machine: each, method: each }));
		const packages = STRINGS.slice(0, SHAPES.length).map((each) => ({
			...first,
			name: each,
			version: each,
			sha256: each,
		}));
		return {
			...report,
			packages: packages.map((each) => ({ ...each, machines })),
		};
	}

	override async packages() {
		return Promise.all(STRINGS.map(hostilePackage));
	}

	override async package(sha256: string) {
		return hostilePackage(sha256);
	}

	override async schedule(days: number) {
		const report = await super.schedule(days);
		const [row] = report.policies;
		const [window] = row?.windows ?? [];
		assert.ok(row && window);
		const policies = STRINGS.slice(0, 20).map((each) => {
			const windows = [{ ...window, name: each, days: [each], start_time: each, time_zone: each }];
			return { ...row, policy: each, cron: each, time_zone: each, held: each, windows };
		});
		return { ...report, policies: [...policies, { ...row, windows: policies.flatMap(({ windows }) => windows) }] };
	}

	override async logs(name: string) {
		const [output] = (await super.logs("mill-01")) ?? [];
		assert.ok(output);
		return STRINGS.map((each) => ({ ...output, machine: name, package: each, kind: each, head: each, tail: each }));
	}
}

test("200 attacks as names, reasons, versions and outputs are text on every page", { skip: noBrowser }, async (t) => {
	const cockpit = new HostileCockpit();
	cockpit.answer = { kind: "done", message: STRINGS.join(" ") };
	const { url, token, stop, record } = await serveModel(cockpit);
	t.after(stop);
	for (const [at, text] of STRINGS.entries())
		record([{ kind: "MachineExcluded", machine: text, by: text, reason: text, at }]);
	const browser = await openBrowser();
	t.after(() => browser.close());
	const { page, errors } = await openPage(browser, url, token);
	const first = STRINGS[0] ?? "";
	const [encoded, views] = [encodeURIComponent(first), ["swarm", "packages", "schedule"]];
	const pages = ["", "rollouts", "rollouts/office", "inbox", "audit", ...views].concat(
		`machines/${encoded}`,
		`packages/${encoded}`,
	);
	for (const path of pages) {
		await page.goto(`${url}/#/${path}`);
		await page.reload();
		await page.getByText(MARK).first().waitFor();
		await page.waitForTimeout(200);
		assert.equal(await page.evaluate("window.hit"), undefined, path);
		assert.equal(await page.locator("#app script, #app iframe, #app img, #app style").count(), 0, path);
	}
	await page.goto(`${url}/#/machines/${encoded}`);
	await page.getByRole("button", { name: "Retry" }).click();
	await page.getByRole("dialog").getByText(MARK).first().waitFor();
	await page.getByRole("button", { name: "Yes, retry" }).click();
	await page.getByRole("status").getByText(MARK).first().waitFor();
	assert.equal(await page.evaluate("window.hit"), undefined, "a question and its answer");
	assert.deepEqual(errors, []);
});
