import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { DIGEST } from "../console/memory-views.ts";
import { faultsOf, noBrowser, openBrowser, openPage } from "./browser.ts";
import { openModel, serveModel } from "./modelled.ts";
import { EmptyFleet, LONG_NAME, ShowFleet } from "./show-fleet.ts";

/** What is waited for on each page before it is looked at. */
const PAGES: Readonly<Record<string, string>> = {
	"": "Not done, and why",
	rollouts: "12 of 48 verified",
	"rollouts/office": "When installs may start",
	schedule: "Days shown",
	swarm: "Who has how much",
	packages: "in no policy",
	[`packages/${DIGEST}`]: "Installed on 1 machine, held by 1 more",
	inbox: "Pinned before",
	audit: "The newest lines",
	[`machines/${LONG_NAME}`]: "Output of",
};

const EMPTY: Readonly<Record<string, string>> = {
	"": "None yet",
	rollouts: "No policy is in force",
	schedule: "No policy is in force",
	swarm: "No rollout brings a package",
	packages: "No policy names a package",
	inbox: "No machine has been found yet",
	audit: "token",
};

async function faultsOn(page: Page, url: string, pages: Readonly<Record<string, string>>, prefix: string) {
	const faults: string[] = [];
	for (const [path, text] of Object.entries(pages)) {
		await page.goto(`${url}/#/${path}`);
		await page.getByText(text).first().waitFor();
		const name = path
			.split("/")
			.map((part) => part.slice(0, 12))
			.join("-");
		faults.push(...(await faultsOf(page, `${prefix}-${name || "fleet"}`)));
	}
	return faults;
}

test("every page has every state in light and dark, at three widths, with nothing cut", {
	skip: noBrowser,
}, async (t) => {
	const { url, token, stop, record } = await serveModel(new ShowFleet());
	t.after(stop);
	for (let at = 0; at < 30; at += 1)
		record([
			{ kind: "MachineExcluded", machine: LONG_NAME, by: "anna", reason: "its disk is being replaced", at: Date.now() },
		]);
	const browser = await openBrowser();
	t.after(() => browser.close());
	const { page, errors } = await openPage(browser, url, token);
	await page.goto(url);
	const marked = page.getByRole("option");
	await marked.waitFor();
	await page.getByRole("listbox").focus();
	assert.equal(await marked.textContent(), `${LONG_NAME}: verified`, "the wall is in the order of names");
	await page.keyboard.press("End");
	await page.getByRole("option", { name: "office-graz-47: installing" }).waitFor();
	assert.deepEqual(await faultsOn(page, url, PAGES, "full"), []);
	assert.deepEqual(errors, []);
});

test("a daemon that has just been installed says on every page what it waits for", { skip: noBrowser }, async (t) => {
	const { page, errors, url } = await openModel(t, new EmptyFleet());
	assert.deepEqual(await faultsOn(page, url, EMPTY, "empty"), []);
	assert.deepEqual(errors, []);
});
