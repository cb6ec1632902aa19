import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import type { RolloutReport } from "../../src/console/cockpit.ts";
import { GOOD_KEY } from "../console/memory-cockpit.ts";
import { faultsOf, noBrowser } from "./browser.ts";
import { openModel } from "./modelled.ts";
import { ShowFleet } from "./show-fleet.ts";

const REBUILT = { type: "ssh-ed25519", fingerprint: `SHA256:${"C".repeat(43)}` };
const APPROVAL = { required: 2, approvers: [], because: null, given: [], is_approved: false };
const HOUR_MS = 3_600_000;

/** A fleet that waits for people: a policy for its approvals, a machine that shows another key than the pinned one. */
class AskingFleet extends ShowFleet {
	override async status(detail: "all" | "groups") {
		const report = await super.status(detail);
		const asking = (rollout: RolloutReport) => ({ ...rollout, approval: APPROVAL });
		return { ...report, rollouts: report.rollouts.map(asking) };
	}

	override async scanHostKey() {
		return { kind: "host_key" as const, host_key: REBUILT };
	}

	override async approve(machine: string, hostKey: { fingerprint: string }, by: string) {
		this.acts.push(`approve ${machine} ${hostKey.fingerprint} ${by}`);
		return "approved" as const;
	}

	/** Runs every hour. */
	override async schedule(days: number) {
		const report = await super.schedule(days);
		const from = Date.parse(report.at);
		const next_runs = Array.from({ length: 60 }, (_, run) => new Date(from + run * HOUR_MS).toISOString());
		return { ...report, policies: report.policies.map((row) => ({ ...row, next_runs })) };
	}
}

async function open(t: TestContext, path: string): Promise<{ page: Page; cockpit: AskingFleet; errors: string[] }> {
	const cockpit = new AskingFleet();
	const { page, errors, url } = await openModel(t, cockpit);
	await page.goto(`${url}/#/${path}`);
	return { page, cockpit, errors };
}

test("who approves a policy is shown what it changes and all that it says, before the answer", {
	skip: noBrowser,
}, async (t) => {
	const { page, cockpit, errors } = await open(t, "rollouts/office");
	await page.getByRole("button", { name: "Approve", exact: true }).click();
	const dialog = page.getByRole("dialog", { name: "Approve", description: /^Approve revision 1a2b3c4d of office\?/ });
	const lines = (name: string) => dialog.getByRole("textbox", { name, exact: true }).inputValue();
	assert.equal(await lines("Changes"), "packages[0].version: 1 -> 2");
	assert.match(await lines("All that it says"), /^packages\[app\]\.version: 2\ntargets\.groups: \[office\]/);
	assert.deepEqual(await faultsOf(page, "approve-policy"), []);
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await dialog.waitFor({ state: "hidden" });
	assert.deepEqual(cockpit.orders, []);
	await page.getByRole("button", { name: "Approve", exact: true }).click();
	await dialog.getByRole("button", { name: "Yes, approve" }).click();
	await page.getByRole("status").getByText("so be it").waitFor();
	assert.deepEqual(
		cockpit.orders.map(({ kind }) => kind),
		["PolicyApproved"],
	);
	assert.deepEqual(errors, []);
});

test("who lets in a machine whose host key has changed is warned, with both keys in sight", {
	skip: noBrowser,
}, async (t) => {
	const { page, cockpit, errors } = await open(t, "inbox");
	const card = page.locator("section").filter({ has: page.getByRole("link", { name: "office-graz-08" }) });
	await card.getByText(GOOD_KEY.fingerprint).waitFor();
	await card.getByRole("button", { name: "Read its fingerprint" }).click();
	await card.getByRole("button", { name: "Approve" }).click();
	const dialog = page.getByRole("dialog", {
		name: "Approve",
		description:
			/^Pin this key for office-graz-08\? Another key was pinned before: unless it was rebuilt, something else/,
	});
	await dialog.getByText(REBUILT.fingerprint).waitFor();
	assert.deepEqual(await faultsOf(page, "approve-changed-key"), []);
	await dialog.getByRole("button", { name: "Cancel" }).click();
	assert.deepEqual(
		cockpit.acts.filter((act) => act.startsWith("approve")),
		[],
	);
	await card.getByRole("button", { name: "Approve" }).click();
	await dialog.getByRole("button", { name: "Yes, approve" }).click();
	await page.getByRole("status").getByText("Done.").waitFor();
	const approved = cockpit.acts.filter((act) => act.startsWith("approve"));
	assert.deepEqual(approved, [`approve office-graz-08 ${REBUILT.fingerprint} eve`]);
	assert.deepEqual(errors, []);
});

test("a soak's end is counted down", { skip: noBrowser }, async (t) => {
	const { page, errors } = await open(t, "rollouts/office");
	const ring = page.getByRole("article").filter({ hasText: "ring canary must stay healthy until" });
	const left = ring.locator("b");
	await left.waitFor();
	const first = (await left.textContent()) ?? "";
	assert.match(first, /^4[12]:\d\d$/);
	await left.filter({ hasNotText: first }).waitFor();
	assert.ok(((await left.textContent()) ?? "") < first, "it becomes less");
	assert.deepEqual(errors, []);
});

test("a deadline is on the axis of time, however often a policy runs", { skip: noBrowser }, async (t) => {
	const { page } = await open(t, "schedule");
	await page.getByRole("img", { name: /run .*; deadline / }).waitFor();
});

test("how many machines have how much of a package is drawn as bars, and said of them", {
	skip: noBrowser,
}, async (t) => {
	const { page, errors } = await open(t, "swarm");
	const bars = page.getByRole("img", { name: /^Machines by their share: 0 %: 4, 10 %: 4, .*, all: 8$/ });
	await bars.locator("canvas").waitFor();
	assert.deepEqual(errors, []);
});
