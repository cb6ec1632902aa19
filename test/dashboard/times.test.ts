import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { tickText } from "../../src/dashboard/words.ts";
import { noBrowser } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const DAY_MS = 86_400_000;

/** A rollout of three weeks. */
class LongRollout extends ShowFleet {
	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		const began_at = new Date(Date.now() - 21 * DAY_MS).toISOString();
		return { ...report, rollouts: report.rollouts.map((rollout) => ({ ...rollout, began_at })) };
	}
}

async function open(t: TestContext, cockpit = new ShowFleet()) {
	const { page, errors, url } = await openModel(t, cockpit, { timezoneId: "Europe/Vienna" });
	return { page, url, errors };
}

test("every time says its zone, and an axis of time whose time it is", { skip: noBrowser }, async (t) => {
	const { page, url, errors } = await open(t);
	await page.goto(`${url}/#/rollouts/office`);
	await page
		.getByText(/^\d+ \w+ 20\d\d, \d\d:\d\d:\d\d CES?T$/)
		.first()
		.waitFor();
	await page.getByText("In this browser's time, Europe/Vienna.").waitFor();
	await page.goto(`${url}/#/audit`);
	await page
		.getByRole("cell", { name: /CES?T$/ })
		.first()
		.waitFor();
	assert.deepEqual(errors, []);
});

test("a soak is counted down by the daemon's clock, however wrong the reader's is", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t);
	await page.addInitScript(`{ const right = Date.now; Date.now = () => right() + 600_000; }`);
	await page.goto(`${url}/#/rollouts/office`);
	const left = page.getByRole("article").locator("b");
	await left.waitFor();
	assert.match((await left.textContent()) ?? "", /^4[12]:\d\d$/);
});

test("the progress of weeks is drawn over days", { skip: noBrowser }, async (t) => {
	const { page, url } = await open(t, new LongRollout());
	await page.addInitScript(`{
		const draw = CanvasRenderingContext2D.prototype.fillText;
		window.drawn = [];
		CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
			window.drawn.push(text);
			return draw.call(this, text, ...at);
		};
	}`);
	await page.goto(`${url}/#/rollouts/office`);
	await page.getByRole("img", { name: "10 of 48 verified" }).locator("canvas").waitFor();
	const drawn = (await page.evaluate("window.drawn")) as string[];
	assert.ok(drawn.includes("20"), "how many");
	assert.ok(drawn.filter((text) => /^\w{3} \d+ \w{3}$/.test(text)).length > 2, `days: ${drawn.join("; ")}`);
});

test("the ticks of an axis name the day where one begins, and seconds only between steps of seconds", () => {
	const at = (hours: number, minutes = 0, seconds = 0) => new Date(2026, 10, 28, hours, minutes, seconds);
	const digits = (text: string) => text.match(/\d+/g)?.map(Number);
	const clock = (text: string) => text.split(":").length;
	assert.deepEqual(digits(tickText(at(0), 3600)), [28], "the day");
	assert.deepEqual(digits(tickText(at(6), 86_400)), [28], "the day, where steps are days");
	assert.equal(clock(tickText(at(6), 3600)), 2, "hours and minutes");
	assert.equal(clock(tickText(at(6, 30, 5), 5)), 3, "seconds, too");
	assert.match(tickText(at(0), 3600), /Nov/i);
});
