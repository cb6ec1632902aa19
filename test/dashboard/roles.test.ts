import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOf, noBrowser, openBrowser, openPage } from "./browser.ts";
import { serveModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

test("a person logs in, is named, is offered what the role may do, and logs out", { skip: noBrowser }, async (t) => {
	const { url, makeToken, stop } = await serveModel(new ShowFleet());
	t.after(stop);
	const browser = await openBrowser();
	t.after(() => browser.close());
	const { page } = await openPage(browser, url, "none");
	const logIn = async (token: string, path = "") => {
		await page.goto(`${url}${path}`);
		await page.getByLabel("Your token").fill(token);
		await page.keyboard.press("Enter");
	};
	await page.goto(url);
	await page.getByLabel("Your token").waitFor();
	assert.deepEqual(await faultsOf(page, "login"), []);
	await logIn("fst_mistyped");
	await page.getByRole("alert").getByText("This token does not count").waitFor();
	assert.deepEqual(await faultsOf(page, "login-refused"), []);
	await logIn(makeToken("otto", "operator"));
	await page.getByText("otto, operator").waitFor();
	await page.getByRole("button", { name: "Pause all" }).and(page.locator(":enabled")).waitFor();
	await page.getByRole("link", { name: "Discovery" }).click();
	await page.getByRole("button", { name: "Read its fingerprint" }).first().click();
	const approve = page.getByRole("button", { name: "Approve" });
	await approve.waitFor();
	assert.equal(await approve.isDisabled(), true);
	assert.equal(await approve.getAttribute("title"), "It takes the role approver; yours is operator");
	await page.getByRole("button", { name: "Log out" }).click();
	await page.getByLabel("Your token").waitFor();
	await logIn(makeToken("vera", "viewer"), "/#/rollouts/office");
	await page.getByText("vera, viewer").waitFor();
	await page.getByRole("heading", { level: 1, name: "office" }).waitFor();
	assert.equal(await page.getByRole("button", { name: "Pause all" }).isDisabled(), true);
});
