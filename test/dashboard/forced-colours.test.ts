import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { noBrowser } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

/** The colour that is seen at half its height, so far from its left, of 1. */
async function seenAt(page: Page, thing: Locator, share: number): Promise<string> {
	const png = (await thing.screenshot()).toString("base64");
	return page.evaluate(`(async () => {
		const bytes = Uint8Array.from(atob("${png}"), (each) => each.charCodeAt(0));
		const image = await createImageBitmap(new Blob([bytes]));
		const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
		canvas.drawImage(image, 0, 0);
		return canvas.getImageData(image.width * ${share}, image.height / 2, 1, 1).data.join();
	})()`);
}

test("where a person's own colours are forced on the page, how far something is and what a colour means are seen all the same", {
	skip: noBrowser,
}, async (t) => {
	const { page, url } = await openModel(t, new ShowFleet(), { forcedColors: "active" });
	await page.goto(`${url}/#/swarm`);
	const half = page
		.getByRole("row", { name: / 50 % / })
		.first()
		.getByRole("progressbar");
	await half.waitFor();
	assert.notEqual(await seenAt(page, half, 0.2), await seenAt(page, half, 0.8));
	const keys = page
		.getByRole("list", { name: /^What is drawn of/ })
		.first()
		.locator(".key");
	assert.notEqual(await seenAt(page, keys.nth(0), 0.5), await seenAt(page, keys.nth(1), 0.5));
	await page.goto(`${url}/#/`);
	await page.getByRole("heading", { level: 1, name: "Fleet" }).waitFor();
	const weight = (path: string) =>
		page.evaluate(`getComputedStyle(document.querySelector("nav a[href='#/${path}']")).fontWeight`);
	assert.notEqual(await weight(""), await weight("swarm"), "which page it is");
});
