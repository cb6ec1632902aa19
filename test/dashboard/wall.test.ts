import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { waitFor } from "../lab/wait.ts";
import { faultsOf, noBrowser } from "./browser.ts";
import { LargeFleet } from "./large-fleet.ts";
import { openModel } from "./modelled.ts";

async function open(t: TestContext, machines: number) {
	const cockpit = new LargeFleet(machines);
	const { page, errors, url, record } = await openModel(t, cockpit);
	await page.goto(url);
	await page.getByRole("listbox").focus();
	const marked = async () => (await page.getByRole("option").textContent()) ?? "";
	/** Which element a screen reader is told to read. */
	const told = () => page.getByRole("listbox").getAttribute("aria-activedescendant");
	const write = () => record([{ kind: "Resumed", policy: null, by: "eve", at: Date.now() }]);
	return { cockpit, page, url, errors, marked, told, write };
}

test("keys keep the marked cell and what is told of it in sight, on a wall taller than the screen", {
	skip: noBrowser,
}, async (t) => {
	const { page, errors, marked } = await open(t, 10_000);
	const line = page.locator(".told");
	const inSight = (selector: string) =>
		page.evaluate(`(() => {
			const { top, bottom } = document.querySelector("${selector}").getBoundingClientRect();
			return top >= 0 && bottom <= innerHeight;
		})()`);
	assert.equal(await inSight(".told"), true, "before a key was pressed");
	await page.keyboard.press("End");
	await line.getByText("mill-09999").waitFor();
	assert.match(await marked(), /^mill-09999: /);
	assert.equal(await inSight(".marked"), true, "at the end");
	for (let row = 0; row < 90; row += 1) await page.keyboard.press("ArrowUp");
	assert.equal(await inSight(".marked"), true, "far up again");
	assert.equal(await inSight(".told"), true);
	const isCovered = `document.querySelector(".marked").getBoundingClientRect().bottom > document.querySelector(".told").getBoundingClientRect().top`;
	await page.keyboard.press("Home");
	for (let row = 0; row < 60; row += 1) await page.keyboard.press("ArrowDown");
	assert.equal(await page.evaluate(isCovered), false, "what is told of it does not cover it");
	assert.deepEqual(errors, []);
});

test("what is told of a cell covers nothing but the wall", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t, 5000);
	await page.setViewportSize({ width: 400, height: 500 });
	const edge = (selector: string, side: "top" | "bottom") =>
		page.evaluate(`document.querySelector("${selector}").getBoundingClientRect().${side}`) as Promise<number>;
	const wall = await edge(".wall", "top");
	// Of the wall no more than a line is in sight.
	await page.setViewportSize({ width: 400, height: Math.ceil(wall) + 10 });
	assert.ok((await edge(".told", "top")) >= (await edge(".wall", "top")));
	await page.goto(`${url}/#/swarm`);
	await page.getByText("Who has which pieces").waitFor();
	await page.setViewportSize({ width: 400, height: 500 });
	await page.evaluate("scrollTo(0, 0)");
	assert.ok((await edge(".told", "top")) >= (await edge(".pieces", "bottom")), "of a piece");
});

test("a screen reader is told of another element with each cell", { skip: noBrowser }, async (t) => {
	const { page, told } = await open(t, 100);
	const seen = new Set<string | null>();
	for (const key of ["Home", "ArrowRight", "ArrowDown", "ArrowLeft"]) {
		await page.keyboard.press(key);
		const id = await told();
		assert.equal(await page.locator(`[id="${id}"]`).getAttribute("role"), "option");
		seen.add(id);
	}
	assert.equal(seen.size, 4);
});

test("the mark stays on its machine when one before it is gone", { skip: noBrowser }, async (t) => {
	const { page, cockpit, marked, write } = await open(t, 100);
	for (let step = 0; step < 3; step += 1) await page.keyboard.press("ArrowRight");
	assert.match(await marked(), /^mill-00003: /);
	cockpit.gone.add("mill-00001");
	write();
	await page.getByRole("heading", { name: "99 machines" }).waitFor();
	assert.match(await marked(), /^mill-00003: /);
	await page.keyboard.press("Enter");
	await page.waitForURL(/#\/machines\/mill-00003$/);
});

test("the states are counted in one order, whichever the first machine has", { skip: noBrowser }, async (t) => {
	const { page } = await open(t, 100);
	const legend = page.getByRole("list", { name: "States" }).getByRole("listitem");
	const words = (await legend.allTextContents()).map((each) => each.replace(/[^a-z]/g, ""));
	assert.deepEqual(words, ["failed", "installing", "delivering", "waiting", "verified"]);
});

test("a key of the browser's is left to it", { skip: noBrowser }, async (t) => {
	const { page, marked } = await open(t, 100);
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Alt+ArrowRight");
	await page.keyboard.press("Control+End");
	assert.match(await marked(), /^mill-00001: /);
});

test("one machine of thousands is found by a part of its name", { skip: noBrowser }, async (t) => {
	const { page, errors, marked } = await open(t, 10_000);
	const find = page.getByRole("searchbox", { name: "Find a machine" });
	await find.fill("MILL-0471");
	await page.getByRole("status").getByText("10 names hold that, such as").waitFor();
	assert.match(await marked(), /^mill-04710: /);
	await find.fill("none of them");
	await page.getByRole("status").getByText("no name holds that").waitFor();
	await find.fill("04711");
	await page.getByRole("status").getByText("1 found:").waitFor();
	assert.deepEqual(await faultsOf(page, "wall-found"), []);
	assert.deepEqual(errors, []);
	await find.press("Enter");
	await page.waitForURL(/#\/machines\/mill-04711$/);
});

test("the wall is painted anew when its place becomes narrower, as by a scroll bar", { skip: noBrowser }, async (t) => {
	const { page } = await open(t, 500);
	const widths = () =>
		page.evaluate(`(() => {
			const { clientWidth, width } = document.querySelector(".wall canvas");
			return [clientWidth, width / Math.max(1, Math.round(devicePixelRatio))];
		})()`) as Promise<[number, number]>;
	const [before] = await widths();
	// The next answer would have it painted in any case.
	await page.route("**/api/v1/status", () => undefined);
	await page.evaluate(`document.querySelector("main").style.width = "700px"`);
	const isAnew = async () => {
		const [shown, painted] = await widths();
		return shown < before && shown === painted ? true : null;
	};
	await waitFor(isAnew, { what: "it is painted", timeoutMs: 5000, intervalMs: 50, signal: t.signal });
});

test("of ten thousand machines that wait some are shown, and each is found", { skip: noBrowser }, async (t) => {
	const { page, url, errors } = await open(t, 10_000);
	await page.goto(`${url}/#/inbox`);
	await page.getByRole("status").getByText("the first 50 of 10,000 machines that wait").waitFor();
	assert.equal(await page.getByRole("button", { name: "Read its fingerprint" }).count(), 50);
	await page.getByRole("searchbox", { name: "Name or address" }).fill("09998");
	await page.getByRole("status").getByText("1 found").waitFor();
	await page.getByRole("link", { name: "mill-09998" }).waitFor();
	assert.deepEqual(await faultsOf(page, "inbox-found"), []);
	assert.deepEqual(errors, []);
});
