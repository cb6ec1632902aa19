import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Request, Route } from "playwright-core";
import { faultsOf, noBrowser, turn } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const ALL = "**/api/v1/**";
const STATUS = "**/api/v1/status";
const EVENTS = "**/api/v1/events";

async function open(t: TestContext) {
	const { page, url, makeToken, record } = await openModel(t, new ShowFleet());
	/** Something happens: pages look again. */
	const write = () => record([{ kind: "Resumed", policy: null, by: "anna", at: Date.now() }]);
	return { page, url, makeToken, write };
}

function isStatus(request: Request): boolean {
	return request.url().endsWith("/status");
}

test("a daemon that is gone is said, with what to do and how old the page is, until it is back", {
	skip: noBrowser,
}, async (t) => {
	const { page, url } = await open(t);
	await page.goto(`${url}/#/rollouts/office`);
	await page.getByRole("button", { name: "Abort" }).waitFor();
	await page.route(ALL, (route) => route.abort());
	const said = page.getByRole("alert").filter({ hasText: "The daemon does not answer" });
	await said.waitFor();
	assert.match(
		(await said.textContent()) ?? "",
		/systemctl status fleetseed\. \(FS-DAEMON-DOWN\) Shown is how it was \d/,
	);
	assert.deepEqual(await faultsOf(page, "daemon-gone"), []);
	await page.unroute(ALL);
	await said.waitFor({ state: "detached" });
});

test("the stream of events is opened again after an answer that is an error", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t);
	await page.route(EVENTS, (route) => route.fulfill({ status: 503 }), { times: 1 });
	const refused = page.waitForResponse((response) => response.url().endsWith("/events") && response.status() === 503);
	await page.goto(url);
	await refused;
	const answer = await page.waitForResponse((response) => response.url().endsWith("/events"));
	assert.equal(answer.status(), 200);
});

test("a slow answer is waited for: nothing is asked twice at once", { skip: noBrowser }, async (t) => {
	const { page, url, write } = await open(t);
	await page.goto(url);
	await page.getByRole("listbox").waitFor();
	const held: Route[] = [];
	await page.route(STATUS, (route) => void held.push(route));
	const asked = page.waitForRequest(STATUS);
	write();
	await asked;
	write();
	// As long as two looks are apart.
	await page.waitForTimeout(2500);
	assert.equal(held.length, 1);
	const next = page.waitForRequest(STATUS);
	await held[0]?.continue();
	await next;
	await page.unroute(STATUS);
});

test("a page that nobody sees asks for nothing, and looks at once when it is seen", { skip: noBrowser }, async (t) => {
	const { page, url, write } = await open(t);
	await page.goto(url);
	await page.getByRole("listbox").waitFor();
	const closed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/events"));
	await turn(page, "hidden");
	await closed;
	const asked: string[] = [];
	page.on("request", (request) => asked.push(request.url()));
	write();
	await page.waitForTimeout(2500);
	assert.deepEqual(asked, []);
	const looks = [page.waitForRequest(EVENTS), page.waitForEvent("request", isStatus)];
	await turn(page, "visible");
	await Promise.all(looks);
});

test("whose session ends logs in again and is where it was", { skip: noBrowser }, async (t) => {
	const { page, url, makeToken } = await open(t);
	await page.goto(`${url}/#/rollouts/office`);
	await page.getByRole("heading", { level: 1, name: "office" }).waitFor();
	await page.context().clearCookies();
	await page.getByLabel("Your token").fill(makeToken("otto", "operator"));
	await page.keyboard.press("Enter");
	await page.getByText("otto, operator").waitFor();
	await page.getByRole("heading", { level: 1, name: "office" }).waitFor();
});
