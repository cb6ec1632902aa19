import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readDashboard } from "../../src/console/api/dashboard-routes.ts";
import { faultsOf, noBrowser, turn } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const EVENTS = "**/api/v1/events";

test("a page that stays open over an upgrade says so, keeps what is typed, and is loaded when a person says so", {
	skip: noBrowser,
}, async (t) => {
	const { page, errors, url } = await openModel(t, new ShowFleet());
	const said = page.getByText("The service was upgraded: reload this page.");
	const greeted = page.waitForResponse(EVENTS);
	await page.goto(`${url}/#/rollouts/office`);
	await greeted;
	// It is not asked again by itself: the daemon behind the route would tell its own edition before the page is loaded anew.
	const body = 'retry: 600000\nevent: hello\ndata: {"seq":1,"dashboard":"another"}\n\n';
	await page.getByRole("button", { name: "Pause", exact: true }).click();
	const reason = page.getByRole("textbox", { name: /^Why/ });
	await reason.fill("half a sen");
	assert.equal(await said.count(), 0);
	await page.route(EVENTS, (route) => route.fulfill({ contentType: "text/event-stream", body }));
	await turn(page, "hidden");
	await turn(page, "visible");
	await said.waitFor();
	assert.equal(await reason.inputValue(), "half a sen");
	await page.keyboard.press("Escape");
	assert.deepEqual(await faultsOf(page, "upgraded"), []);
	await page.unroute(EVENTS);
	await page.getByRole("button", { name: "Reload" }).click();
	await page.getByRole("heading", { level: 1, name: "office" }).waitFor();
	await said.waitFor({ state: "detached" });
	await turn(page, "hidden");
	const again = page.waitForResponse(EVENTS);
	await turn(page, "visible");
	await again;
	assert.equal(await said.count(), 0, "it is of the daemon's own edition now");
	assert.deepEqual(errors, []);
});

test("the word of an upgrade lies over all that it is scrolled over, and over nothing that has the focus", {
	skip: noBrowser,
}, async (t) => {
	const { page, url } = await openModel(t, new ShowFleet());
	const body = 'event: hello\ndata: {"seq":1,"dashboard":"another"}\n\n';
	await page.route(EVENTS, (route) => route.fulfill({ contentType: "text/event-stream", body }));
	await page.goto(`${url}/#/swarm`);
	await page.getByText("The service was upgraded").waitFor();
	await page.locator(".pieces .strip").first().waitFor();
	const over = await page.evaluate(`(() => {
		const strip = document.querySelector(".pieces .strip");
		scrollBy(0, strip.getBoundingClientRect().top);
		return document.elementFromPoint(innerWidth / 2, 20).closest(".upgrade") !== null;
	})()`);
	assert.ok(over, "the map's strip lies below it");
	const hidden = await page.evaluate(`(() => {
		scrollTo(0, document.body.scrollHeight);
		const note = document.querySelector(".upgrade");
		return [...document.querySelectorAll("main a")].reverse().filter((link) => {
			link.focus();
			return link.getBoundingClientRect().top < note.getBoundingClientRect().bottom;
		}).length;
	})()`);
	assert.equal(hidden, 0);
});

test("another script or style is another edition, which the page names them with", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-edition-"));
	t.after(() => rm(folder, { recursive: true }));
	await writeFile(join(folder, "index.html"), '<script src="/assets/app.js"><link href="/assets/app.css">');
	const editions = new Set<string>();
	for (const [name, text] of [
		["app.js", "1"],
		["app.js", "2"],
		["app.css", "3"],
	] as const) {
		await writeFile(join(folder, name), text);
		const { edition, files } = await readDashboard(folder);
		const named = `<script src="/assets/app.js?${edition}"><link href="/assets/app.css?${edition}">`;
		assert.equal(String(files.get("index.html")), named);
		assert.equal((await readDashboard(folder)).edition, edition);
		editions.add(edition);
	}
	assert.equal(editions.size, 3);
});
