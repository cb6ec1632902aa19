import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MemoryCockpit } from "../console/memory-cockpit.ts";
import { noBrowser } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { EmptyFleet, LONG_NAME, ShowFleet } from "./show-fleet.ts";

async function open(t: TestContext, cockpit: MemoryCockpit) {
	const { page, errors, url } = await openModel(t, cockpit);
	const scrolled = () => page.evaluate("scrollY") as Promise<number>;
	return { page, url, errors, scrolled };
}

test("the list of rollouts says what has failed, and what keeps each from going on", { skip: noBrowser }, async (t) => {
	const cockpit = new ShowFleet();
	cockpit.paused = { by: "anna", reason: "the night shift asked", at: "2026-11-23T10:00:00.000Z" };
	const { page, url } = await open(t, cockpit);
	await page.goto(`${url}/#/rollouts`);
	await page.getByText("12 of 48 verified, 5 failed").waitFor();
	await page.getByText(/^Paused by anna since .*: the night shift asked$/).waitFor();
});

test("without policies and machines one is told what to do next", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t, new EmptyFleet());
	for (const path of ["rollouts", "schedule"]) {
		await page.goto(`${url}/#/${path}`);
		await page.getByText(/put one into .*, then fleetseed check and fleetseed reload/).waitFor();
	}
	await page.goto(`${url}/#/`);
	await page.getByText(/fleetseed doctor says what may be in the way/).waitFor();
});

test("the end of an output is in sight, where it says why it failed", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t, new ShowFleet());
	await page.goto(`${url}/#/machines/${LONG_NAME}`);
	const output = page.getByRole("textbox", { name: "Output" });
	await output.waitFor();
	const rest = "document.querySelector('.output').scrollHeight - document.querySelector('.output').clientHeight";
	assert.ok(((await page.evaluate(rest)) as number) > 100, "it is longer than its place");
	assert.equal(
		await page.evaluate(`Math.abs(document.querySelector(".output").scrollTop - (${rest})) < 2`),
		true,
		"it is scrolled to its end",
	);
});

test("a page that cannot be drawn says so, and the others go on", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t, new ShowFleet());
	// As another release may answer.
	await page.route("**/api/v1/packages", (route) => route.fulfill({ json: [{}] }));
	await page.goto(`${url}/#/packages`);
	const said = page.getByRole("alert").filter({ hasText: /This cannot be shown: TypeError/ });
	await said.waitFor();
	await page.getByRole("link", { name: "Rollouts" }).click();
	await page.getByText("12 of 48 verified, 5 failed").waitFor();
	await page.unroute("**/api/v1/packages");
	await page.getByRole("link", { name: "Packages" }).click();
	await page.getByRole("row", { name: /^atlas 2026/ }).waitFor();
	await page.route("**/api/v1/status", (route) => route.fulfill({ json: {} }));
	await said.waitFor();
	await page.unroute("**/api/v1/status");
	await page.getByRole("button", { name: "Load it again" }).click();
	await page.getByRole("row", { name: /^atlas 2026/ }).waitFor();
});

test("a page that is gone to is seen from its top", { skip: noBrowser }, async (t) => {
	const { page, url, scrolled } = await open(t, new ShowFleet());
	await page.goto(`${url}/#/rollouts/office`);
	const last = page.getByRole("row").last().getByRole("link");
	await last.scrollIntoViewIfNeeded();
	const before = await scrolled();
	assert.ok(before > 1000, `${before}`);
	await page.evaluate("location.hash = '#/'");
	await page.getByRole("heading", { level: 1, name: "Fleet" }).waitFor();
	assert.equal(await scrolled(), 0);
	await page.goBack();
	await page.getByRole("heading", { level: 1, name: "office" }).waitFor();
	assert.notEqual(await scrolled(), 0, "who goes back is where it was, as far as the page before was long");
});
