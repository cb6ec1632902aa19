import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Answer, Role, RolloutReport } from "../../src/console/cockpit.ts";
import type { OperatorEvent } from "../../src/model/event.ts";
import { noBrowser, openBrowser, openPage } from "./browser.ts";
import { serveModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const AT = "2026-11-23T10:00:00.000Z";
const READ = "1a2b3c4d".repeat(8);
const NEXT = "77777777".repeat(8);

/** A fleet that others steer, too, and whose daemon takes its time. */
class SharedFleet extends ShowFleet {
	revision = READ;
	isApproved = true;
	answering: Promise<void> = Promise.resolve();

	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		const approval = { required: 1, approvers: [], because: null, given: [], is_approved: this.isApproved };
		const { revision } = this;
		const shared = (rollout: RolloutReport) => ({ ...rollout, approval, revision });
		return { ...report, rollouts: report.rollouts.map(shared) };
	}

	override async policy(name: string) {
		const report = await super.policy(name);
		return report && { ...report, revision: this.revision };
	}

	override async steer(order: OperatorEvent): Promise<Answer> {
		await this.answering;
		return super.steer(order);
	}
}

async function open(t: TestContext, role: Role = "admin") {
	const cockpit = new SharedFleet();
	const { url, makeToken, stop, record } = await serveModel(cockpit);
	t.after(stop);
	const browser = await openBrowser();
	t.after(() => browser.close());
	const { page, errors } = await openPage(browser, url, makeToken("kim", role));
	const show = () => page.goto(`${url}/#/rollouts/office`);
	/** Another does something: the page looks again. */
	const write = () => record([{ kind: "Resumed", policy: null, by: "anna", at: Date.now() }]);
	return { cockpit, page, errors, show, write };
}

test("a question that is open asks what it asked, also when another was quicker", { skip: noBrowser }, async (t) => {
	const { cockpit, page, errors, show, write } = await open(t);
	await show();
	await page.getByRole("button", { name: "Pause", exact: true }).click();
	const question = page.getByRole("dialog", { name: "Pause" });
	await question.waitFor();
	cockpit.paused = { by: "anna", reason: "the night shift asked", at: AT };
	write();
	await page.getByText(/^Paused by anna/).waitFor();
	await question.getByRole("button", { name: "Yes, pause" }).click();
	await page.getByRole("status").getByText("so be it").waitFor();
	assert.deepEqual(
		cockpit.orders.map(({ kind }) => kind),
		["Paused"],
	);
	assert.deepEqual(errors, []);
});

test("nobody approves a revision that came while another was read", { skip: noBrowser }, async (t) => {
	const { cockpit, page, show, write } = await open(t);
	cockpit.isApproved = false;
	await show();
	await page.getByRole("button", { name: "Approve" }).click();
	const question = page.getByRole("dialog", { name: "Approve", description: /^Approve revision 1a2b3c4d of office\?/ });
	await question.getByRole("textbox", { name: "All that it says" }).waitFor();
	cockpit.revision = NEXT;
	write();
	await page.getByText(NEXT).waitFor();
	await question.getByText("Revision 77777777 is in force meanwhile: look again.").waitFor();
	const sent = page.waitForRequest(/\/policies\/office\/approve$/);
	await question.getByRole("button", { name: "Yes, approve" }).click();
	assert.equal((await sent).postDataJSON().revision, READ, "the daemon refuses it");
});

test("a question goes with its button, and the keyboard is left in the page", { skip: noBrowser }, async (t) => {
	const { cockpit, page, show, write } = await open(t);
	cockpit.isApproved = false;
	await show();
	await page.getByRole("button", { name: "Approve" }).click();
	const question = page.getByRole("dialog", { name: "Approve" });
	await question.getByRole("button", { name: "Cancel" }).focus();
	cockpit.isApproved = true;
	write();
	await question.waitFor({ state: "detached" });
	assert.equal(await page.evaluate("document.activeElement.id"), "main");
});

test("an order is not given again while the daemon has not answered", { skip: noBrowser }, async (t) => {
	const { cockpit, page, show } = await open(t);
	const { promise, resolve } = Promise.withResolvers<void>();
	cockpit.answering = promise;
	await show();
	const pause = page.getByRole("button", { name: "Pause", exact: true });
	await pause.click();
	await page.getByRole("button", { name: "Yes, pause" }).click();
	assert.equal(await pause.isDisabled(), true);
	await pause.press("Enter");
	assert.equal(await page.getByRole("dialog").count(), 0);
	resolve();
	await page.getByRole("status").getByText("so be it").waitFor();
	assert.equal(await pause.isDisabled(), false);
	assert.equal(cockpit.orders.length, 1);
});

test("whoever may not is told what it takes, by the keyboard too", { skip: noBrowser }, async (t) => {
	const { cockpit, page, show } = await open(t, "viewer");
	await show();
	await page.getByText("kim, viewer").waitFor();
	const pause = page.getByRole("button", { name: "Pause", exact: true });
	await pause.press("Enter");
	await page.getByRole("status").getByText("It takes the role operator; yours is viewer.").waitFor();
	assert.equal(await page.getByRole("dialog").count(), 0);
	assert.deepEqual(cockpit.orders, []);
});
