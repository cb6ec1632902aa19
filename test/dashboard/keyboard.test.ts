import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import type { OperatorEvent } from "../../src/model/event.ts";
import { noBrowser } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const AT = "2026-11-23T10:00:00.000Z";

/** A fleet that a pause is seen in. */
class PausedFleet extends ShowFleet {
	override async steer(order: OperatorEvent) {
		if (order.kind === "Paused") this.paused = { by: "eve", reason: order.reason, at: AT };
		if (order.kind === "Resumed") this.paused = null;
		return super.steer(order);
	}
}

interface Stop {
	readonly name: string;
	readonly isRinged: boolean;
}

/** What has the focus: how it is called, and whether that can be seen. */
function focused(page: Page): Promise<Stop> {
	return page.evaluate(`(() => {
		const at = document.activeElement;
		const style = getComputedStyle(at);
		const name = at.getAttribute("aria-label") ?? at.innerText?.trim() ?? "";
		return { name, isRinged: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
	})()`) as Promise<Stop>;
}

async function stopsOf(page: Page, most: number): Promise<readonly Stop[]> {
	const stops: Stop[] = [];
	for (let each = 0; each < most; each += 1) {
		await page.keyboard.press("Tab");
		stops.push(await focused(page));
	}
	return stops;
}

async function open(t: TestContext, path: string) {
	const cockpit = new PausedFleet();
	const { page, errors, url, record } = await openModel(t, cockpit);
	await page.goto(`${url}/#/${path}`);
	/** Something is written, as it is with every act of a daemon's: the page looks again. */
	const write = () => record([{ kind: "Resumed", policy: null, by: "eve", at: Date.now() }]);
	return { cockpit, page, errors, write };
}

test("the keyboard reaches every control in the order of the page, and shows where it is", {
	skip: noBrowser,
}, async (t) => {
	const { page, errors } = await open(t, "rollouts/office");
	await page.getByRole("button", { name: "Abort" }).waitFor();
	const stops = await stopsOf(page, 18);
	assert.deepEqual(
		stops.map(({ name }) => name.slice(0, 20)),
		[
			"To the content",
			...["Fleet", "Rollouts", "Schedule", "Swarm", "Packages", "Discovery (4)", "Audit"],
			"Pause all",
			"Log out",
			// The package that cannot be downloaded, and the one of the rollout.
			...["laboratoriumsgeraete", "laboratoriumsgeraete"],
			...["Run now", "Pause", "Retry", "Abort", "Report of this run"],
			"Failure budgets",
		],
	);
	assert.deepEqual(
		stops.filter(({ isRinged }) => !isRinged),
		[],
	);
	assert.deepEqual(errors, []);
});

test("Escape leaves a question undone, Enter answers it with its reason, and what came of it is read out", {
	skip: noBrowser,
}, async (t) => {
	const { cockpit, page, errors, write } = await open(t, "rollouts/office");
	const pause = page.getByRole("button", { name: "Pause", exact: true });
	await pause.focus();
	await page.keyboard.press("Enter");
	const question = page.getByRole("dialog", { name: "Pause", description: "Start nothing new of office?" });
	await question.waitFor();
	const inside = await stopsOf(page, 2);
	assert.deepEqual(
		inside.map(({ name }) => name),
		["Yes, pause", "Cancel"],
		"the reason had the focus first",
	);
	await page.keyboard.press("Escape");
	await question.waitFor({ state: "hidden" });
	assert.equal((await focused(page)).name, "Pause", "back where it was asked");
	assert.equal(cockpit.orders.length, 0);

	await page.keyboard.press("Enter");
	await page.getByRole("textbox", { name: "Why, for the journal (optional)" }).waitFor();
	await page.keyboard.type("the night shift asked");
	await page.keyboard.press("Enter");
	await page.getByRole("status").getByText("so be it").waitFor();
	const pauses = cockpit.orders.flatMap((order) => (order.kind === "Paused" ? [order.reason] : []));
	assert.deepEqual(pauses, ["the night shift asked"]);
	write();
	await page
		.getByRole("status", { name: "News" })
		.filter({ hasText: "office is paused by eve" })
		.waitFor({ state: "attached" });
	await page.getByRole("button", { name: "Resume", exact: true }).waitFor();
	assert.notEqual(
		(await focused(page)).name,
		"",
		"the button that was pressed is another one now: the focus is not lost",
	);
	assert.deepEqual(errors, []);
});

test("what the daemon refuses is said with its code, and stays until it is closed", { skip: noBrowser }, async (t) => {
	const { cockpit, page } = await open(t, "rollouts/office");
	cockpit.answer = { kind: "refused", failure: { code: "FS-MACHINE-UNKNOWN", detail: "nothing runs" } };
	await page.getByRole("button", { name: "Abort" }).click();
	await page.getByRole("button", { name: "Yes, abort" }).click();
	await page
		.getByRole("status")
		.getByText(/Not done: nothing runs.*\(FS-MACHINE-UNKNOWN\)/)
		.waitFor();
	await page.getByRole("button", { name: "Close" }).click();
	await page.getByText("Not done:").waitFor({ state: "detached" });
});
