import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import type { Controller } from "../demo/controller.ts";
import { until } from "../demo/until.ts";
import { faultsOf, noBrowser, openBrowser, openPage } from "./browser.ts";
import { realFleet } from "./real-fleet.ts";

const NAMES = ["wall-01", "wall-02", "wall-03", "wall-04"].map((name) => `${name}-${process.pid}`);

interface Started {
	readonly controller: Controller;
	readonly url: string;
	readonly token: string;
	/** What stands in the way of the last machine's install. */
	readonly obstacle: string;
}

async function start(t: TestContext): Promise<Started> {
	// A canary that a person lets in, then three of which one cannot be installed on at first.
	const canary = { name: "canary", targets: { machines: [NAMES[0]] }, promote: "manual" };
	const course = {
		rings: [canary],
		approval: { required: 1 },
		bandwidth: { up: "1MiB", down: "1MiB" },
		// Open whenever it is asked.
		maintenance_windows: [{ name: "always", start_time: "00:00", duration: "24h", time_zone: "UTC" }],
		rollout: { max_errors: 2 },
	};
	const order = { names: NAMES, packageBytes: 2 ** 20, course, strangers: 1, link: "2MiB" };
	const { controller, homes, url } = await realFleet(t, order);
	const obstacle = join(homes, NAMES[3] ?? "", "apps");
	await writeFile(obstacle, "a file where a folder must be");
	controller.start();
	await until(controller, "all machines are found", ({ machines }) =>
		NAMES.every((name) => machines.some((each) => each.name === name)),
	);
	const token = (await controller.command("token", "create", "eve", "--role", "admin")).trim();
	return { controller, url, token, obstacle };
}

/** Presses a button and says yes to its question. */
async function press(page: Page, label: string): Promise<void> {
	await page.getByRole("button", { name: label, exact: true }).first().click();
	await page.getByRole("button", { name: `Yes, ${label.toLowerCase()}` }).click();
}

/** How the package came to the four, what the store holds of it, and when it may be installed. */
async function lookAtViews(page: Page, url: string, look: (name: string) => Promise<void>): Promise<void> {
	await page.goto(`${url}/#/swarm`);
	await page.getByText("4 of 4 machines hold all of it").waitFor();
	await page.getByText(/it cannot take less than \d+\.\d s, \d/).waitFor();
	await page.getByRole("img", { name: /^At most .*\/s arrived; .*\/s is possible$/ }).waitFor();
	for (const name of NAMES) {
		const row = page.getByRole("row", { name });
		assert.match(String(await row.textContent()), /100 %agent.*s\d+\.\d\d ×$/, name);
	}
	await look("swarm");
	await page.goto(`${url}/#/packages`);
	await page.getByRole("row", { name: /^atlas 1\.0 in the store 1\.0 MiB .* atlas 0 4$/ }).waitFor();
	await look("packages");
	await page.getByRole("link", { name: "atlas 1.0" }).focus();
	await page.keyboard.press("Enter");
	await page.getByText("Installed on 4 machines, held by 0 more").waitFor();
	await look("package");
	await page.goto(`${url}/#/schedule`);
	await page.getByText("at once, with each new revision").waitFor();
	await page.getByText(/open now; .* from 00:00 UTC for 24 h/).waitFor();
	await page.getByLabel("Days shown").focus();
	await page.keyboard.press("ArrowDown");
	await look("schedule");
}

/** What a rollout leaves behind for others to read: a page of its own. */
async function lookAtReport(page: Page, look: (name: string) => Promise<void>): Promise<void> {
	const shown = page.url();
	await page.getByRole("link", { name: "Report of this run" }).click();
	await page.getByText(/lines of the journal are what was written/).waitFor();
	await page.getByRole("img", { name: "4 of 4 verified" }).waitFor();
	await look("report");
	await page.goto(shown);
}

/** A second run, which the canary's gate holds, and its end before its time. */
async function runAndAbort(
	page: Page,
	{ controller, url, look }: Pick<Started, "controller" | "url"> & { readonly look: (name: string) => Promise<void> },
): Promise<void> {
	const first = (await controller.status())?.rollouts[0]?.id;
	assert.ok(first);
	await page.goto(`${url}/#/rollouts/atlas`);
	await press(page, "Run now");
	await page.getByRole("status").getByText("a run of atlas begins now").waitFor();
	const { rollouts } = await until(controller, "the second run waits at its gate", ({ rollouts: [rollout] }) => {
		const gate = rollout?.rings[0]?.gate;
		return rollout?.id !== first && gate !== undefined && gate !== null;
	});
	assert.equal(rollouts[0]?.halted, null);
	await page.getByRole("button", { name: "Promote" }).waitFor();
	await press(page, "Abort");
	await page.getByText(/^Ended by eve at /).waitFor();
	for (const name of ["Abort", "Promote"])
		await page.getByRole("button", { name, exact: true }).waitFor({ state: "detached" });
	await page.getByRole("heading", { name: "canary ended" }).waitFor();
	await until(controller, "the second run is aborted", ({ rollouts: [rollout] }) => {
		const { id, halted } = rollout ?? {};
		return id === rollouts[0]?.id && halted?.by === "eve";
	});
	await look("rollout-aborted");
}

test("a rollout is watched and steered from the dashboard to its end", { skip: noBrowser }, async (t) => {
	const { controller, url, token, obstacle } = await start(t);
	const browser = await openBrowser();
	t.after(() => browser.close());
	const { page, errors } = await openPage(browser, url, token);
	const look = async (name: string) => assert.deepEqual(await faultsOf(page, name), []);
	const state =
		(name: string | undefined, wanted: string) =>
		({ machines }: { machines: readonly { name: string; state: string }[] }) =>
			machines.some((each) => each.name === name && each.state === wanted);

	await page.goto(url);
	await page.getByRole("link", { name: /^Discovery \(\d+\)$/ }).click();
	// On one network machines of others may be found, too.
	const found = page.locator("section").filter({ has: page.getByRole("link", { name: NAMES[0] ?? "" }) });
	await found.getByRole("button", { name: "Read its fingerprint" }).click();
	await page.getByText(/ssh-\S+ SHA256:/).waitFor();
	await look("discovery");
	await press(page, "Approve");
	await found.waitFor({ state: "detached" });

	await page.goto(`${url}/#/rollouts/atlas`);
	await page.getByText(/0 of 1 have approved/).waitFor();
	await press(page, "Pause");
	await page.getByText(/Paused by eve/).waitFor();
	await press(page, "Approve");
	await page.getByText(/0 of 1 have approved/).waitFor({ state: "detached" });
	await look("rollout-paused");
	await press(page, "Resume");
	await until(controller, "the canary is verified", state(NAMES[0], "verified"));
	await page.getByRole("button", { name: "Promote" }).waitFor();
	await look("rollout-gate");
	await press(page, "Promote");
	await until(controller, "the last one failed", state(NAMES[3], "failed"));

	await page.goto(`${url}/#/machines/${NAMES[3]}`);
	await page.getByText(/FS-/).first().waitFor();
	await look("machine-failed");
	await rm(obstacle);
	await press(page, "Retry");
	await until(controller, "all are verified", ({ totals }) => totals.installed === 4);

	await page.goto(`${url}/#/rollouts/atlas`);
	await page.getByText("3 of 3 verified, 0 failed").waitFor();
	await look("rollout-done");
	await lookAtReport(page, look);
	await page.getByRole("row", { name: "all rings 0 2 any share may fail the rollout goes on" }).waitFor();
	await page.getByRole("img", { name: /^always: installs may start from / }).waitFor();
	await lookAtViews(page, url, look);
	await page.goto(`${url}/#/audit`);
	await page.getByRole("button", { name: "Verify every line" }).click();
	await page.getByText(/lines are what was written/).waitFor();
	await look("audit");
	await page.goto(`${url}/#/`);
	await page.getByRole("listbox").focus();
	// On one network machines of others may be found, too.
	const passed: string[] = [];
	for (let step = 0; step < 100 && passed.length < 2; step++) {
		if (step > 0) await page.keyboard.press("ArrowRight");
		const option = (await page.getByRole("option").textContent()) ?? "";
		if (NAMES.some((name) => option.startsWith(name))) passed.push(option);
	}
	assert.deepEqual(passed, [`${NAMES[0]}: verified`, `${NAMES[1]}: verified`], "they are in the order of their names");
	await look("fleet");
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { level: 1, name: /wall-/ }).waitFor();
	await runAndAbort(page, { controller, url, look });
	assert.deepEqual(errors, []);
	assert.match(await controller.command("audit", "verify"), /every line is what was written/);
	const acts = (await controller.command("audit", "export"))
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
	const steered = ["pause", "resume", "promote", "retry_machine", "run", "abort"];
	for (const act of ["approve_machine", "approve_policy", ...steered])
		assert.ok(
			acts.some((line) => line.act === act && line.who === "eve"),
			act,
		);
});
