import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { faultsOf, noBrowser } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const PAUSE = "**/api/v1/pause";

async function open(t: TestContext) {
	const cockpit = new ShowFleet();
	const { page, url } = await openModel(t, cockpit);
	await page.goto(url);
	return { page, cockpit };
}

async function pauseAll(page: Page): Promise<string> {
	await page.getByRole("button", { name: "Pause all" }).click();
	await page.getByRole("button", { name: "Yes, pause all" }).click();
	const said = page.getByRole("status", { name: "What came of it" }).getByText("FS-");
	await said.waitFor();
	const text = String(await said.textContent());
	await page.getByRole("button", { name: "Close" }).click();
	return text;
}

/** It has arrived, and its answer does not. */
async function cutOff(route: Route): Promise<void> {
	await route.fetch();
	await route.abort("connectionreset");
}

test("an order whose answer is cut off may have been done, and the page says so", { skip: noBrowser }, async (t) => {
	const { page, cockpit } = await open(t);
	await page.route(PAUSE, cutOff, { times: 1 });
	const first = await pauseAll(page);
	assert.equal(cockpit.orders.length, 1, "it was");
	const wanted =
		/^Nobody knows whether it was done: look at this page, and at Audit, before you repeat it\. The daemon does not answer/;
	assert.match(first, wanted);
	// A proxy in front of a daemon that has just ended, and a daemon that broke in the middle of it.
	await page.route(PAUSE, (route) => route.fulfill({ status: 502, body: "<html>" }), { times: 1 });
	assert.match(await pauseAll(page), wanted);
	const crash = { code: "FS-STEP-CRASHED", message: "internal error", hint: "Report it." };
	await page.route(PAUSE, (route) => route.fulfill({ status: 500, json: crash }), { times: 1 });
	assert.match(
		await pauseAll(page),
		/^Nobody knows whether it was done: .*internal error\. Report it\. \(FS-STEP-CRASHED\)/,
	);
	const refused = { code: "FS-API-ROLE", message: "eve may not", hint: "Ask." };
	await page.route(PAUSE, (route) => route.fulfill({ status: 403, json: refused }), { times: 1 });
	assert.match(await pauseAll(page), /^Not done: eve may not\. Ask\. \(FS-API-ROLE\)/);
	await page.route(PAUSE, (route) => route.abort(), { times: 1 });
	await page.getByRole("button", { name: "Pause all" }).click();
	await page.getByRole("button", { name: "Yes, pause all" }).click();
	await page.getByText("Nobody knows").waitFor();
	assert.deepEqual(await faultsOf(page, "cut-off"), []);
	await page.setViewportSize({ width: 400, height: 800 });
	await page.evaluate("document.documentElement.style.fontSize = '200%'");
	const told = await page.locator(".toast").boundingBox();
	assert.ok(told && told.x >= 0 && told.x + told.width <= 400, JSON.stringify(told));
});

test("who cannot be logged out is told so", { skip: noBrowser }, async (t) => {
	const { page } = await open(t);
	const button = page.getByRole("button", { name: "Log out" });
	await button.waitFor();
	await page.route("**/api/v1/session", (route) => route.abort());
	await button.click();
	await page.getByText(/^Not done: The daemon does not answer/).waitFor();
});
