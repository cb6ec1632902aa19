import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Page, Route } from "playwright-core";
import type { SwarmReport } from "../../src/console/cockpit.ts";
import { until } from "../demo/until.ts";
import { waitFor } from "../lab/wait.ts";
import { faultsOf, noBrowser, openBrowser, openPage } from "./browser.ts";
import { realFleet } from "./real-fleet.ts";

const NAMES = ["piece-01", "piece-02", "piece-03"].map((name) => `${name}-${process.pid}`);
const SIZE_BYTES = 6 * 2 ** 20;

/** Three machines that receive a package so slowly that one can look on. */
async function start(t: TestContext) {
	const course = { rings: [], bandwidth: { up: "256KiB", down: "256KiB" } };
	const order = { names: NAMES, packageBytes: SIZE_BYTES, course, strangers: 0 };
	const { controller, url } = await realFleet(t, order);
	controller.start();
	await until(controller, "it is up", () => true);
	return { controller, url };
}

/** How many pixels of the rows are in the colour of pieces that are there. */
function filledIn(page: Page): Promise<number> {
	return page.evaluate(`(() => {
		const canvas = document.querySelector(".pieces .wall canvas");
		const probe = document.body.appendChild(document.createElement("i"));
		const painted = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
		painted.canvas.width = canvas.width;
		painted.canvas.height = canvas.height;
		const wanted = ["--busy", "--success"].map((name) => {
			probe.style.color = "var(" + name + ")";
			painted.fillStyle = getComputedStyle(probe).color;
			painted.fillRect(0, 0, 1, 1);
			return painted.getImageData(0, 0, 1, 1).data.slice(0, 3).join();
		});
		probe.remove();
		painted.drawImage(canvas, 0, 0);
		const { data } = painted.getImageData(0, 0, canvas.width, canvas.height);
		let filled = 0;
		for (let at = 0; at < data.length; at += 4)
			if (wanted.includes(data[at] + "," + data[at + 1] + "," + data[at + 2])) filled += 1;
		return filled;
	})()`) as Promise<number>;
}

/** The page's own waiting for a function needs eval, which its policy forbids. */
async function comes({ signal }: TestContext, what: string, isThere: () => Promise<boolean>): Promise<void> {
	await waitFor(async () => ((await isThere()) ? true : null), { what, timeoutMs: 60_000, intervalMs: 100, signal });
}

/** Also when the window changes with the scheme, as where a telephone is turned at dusk: then it is drawn anew for both. */
async function keepsToTheScheme(t: TestContext, page: Page): Promise<void> {
	const turns = [
		{ width: 400, colorScheme: "dark" },
		{ width: 1280, colorScheme: "light" },
	] as const;
	// The next answer would have it drawn anew in any case.
	const held: Route[] = [];
	await page.route(REPORT, (route) => void held.push(route));
	for (const { width, colorScheme } of [...turns, ...turns]) {
		await page.setViewportSize({ width, height: 900 });
		await page.emulateMedia({ colorScheme });
		await comes(t, `it is drawn in ${colorScheme}`, async () => (await filledIn(page)) > 0);
	}
	await page.unroute(REPORT);
	for (const route of held) await route.continue();
}

const REPORT = "**/api/v1/swarm";

/** What a screen reader hears of each row. */
async function heard(page: Page): Promise<readonly string[]> {
	await page.getByRole("listbox").focus();
	await page.keyboard.press("Home");
	const options: string[] = [];
	for (const _ of NAMES) {
		options.push((await page.getByRole("option").textContent()) ?? "");
		await page.keyboard.press("ArrowDown");
	}
	return options;
}

test("the rows of machines fill up with pieces as these arrive", { skip: noBrowser }, async (t) => {
	const { controller, url } = await start(t);
	const token = (await controller.command("token", "create", "eve", "--role", "viewer")).trim();
	const browser = await openBrowser();
	t.after(() => browser.close());
	const { page, errors } = await openPage(browser, url, token);
	page.setDefaultTimeout(60_000);
	await page.goto(`${url}/#/swarm`);
	const [first = ""] = NAMES;
	await page.getByRole("option", { name: new RegExp(`^${first}: [1-9]\\d* of \\d+ pieces; piece 1 is `) }).waitFor();
	const early = await filledIn(page);
	assert.ok(early > 0, "what arrived is drawn");
	const report: SwarmReport = JSON.parse(await controller.command("swarm", "--json"));
	const told = report.packages[0]?.machines.find(({ machine }) => machine === first)?.pieces;
	assert.match(String(told), /^[0f]+$/);
	assert.match(String(told), /f/, "it has some of the pieces");
	assert.match(await controller.command("swarm"), new RegExp(`${first} +\\d+ % +\\[[#+-]{16}\\] `));
	const [, pieces = ""] = /(\d+) pieces, all at the controller; the rarest is on [0-3] of 3 machines\./.exec(
		(await page.getByText(/; the rarest is on/).textContent()) ?? "",
	) ?? [""];
	assert.equal(Number(pieces), told?.length);
	await comes(t, "a third is there", async () => {
		const held = /: (\d+) of/.exec((await page.getByRole("option").first().textContent()) ?? "");
		return held === null || Number(held[1]) > Number(pieces) / 3;
	});
	const later = await filledIn(page);
	assert.ok(later > early, `${later} pixels after ${early}`);
	assert.deepEqual(await faultsOf(page, "pieces-filling"), []);
	await page.getByText(`${pieces} pieces, all at the controller; the rarest is on 3 of 3 machines.`).waitFor();
	assert.deepEqual(
		await heard(page),
		NAMES.map((name) => `${name}: all ${pieces} pieces; piece 1 is here, on 3 machines in all`),
	);
	const full = await filledIn(page);
	// Where the machine is busy, it may have been full already.
	assert.ok(full > early && full >= later, `${full} pixels after ${later}`);
	assert.deepEqual(await faultsOf(page, "pieces-full"), []);
	await keepsToTheScheme(t, page);
	await page.getByRole("listbox").focus();
	await page.keyboard.press("Home");
	await page.keyboard.press("ArrowRight");
	// The mark moves with its cell when the window becomes narrower.
	const marked = page.getByRole("option", { name: /piece 2 is here/ });
	const wide = await marked.boundingBox();
	await page.setViewportSize({ width: 500, height: 900 });
	await comes(t, "the mark has moved", async () => ((await marked.boundingBox())?.x ?? 0) < (wide?.x ?? 0));
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { level: 1, name: first }).waitFor();
	assert.deepEqual(errors, []);
});
