import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Controller, freePort } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { Origin } from "../demo/origin.ts";
import { makePackage } from "../demo/package.ts";
import { policyFor } from "../demo/policy.ts";
import { until } from "../demo/until.ts";
import { noBrowser, openBrowser, openPage } from "./browser.ts";

/** `npm run picture`: the README's, of the demo's fleet in the middle of a rollout: the canaries done, one ring on its way, one waiting. */
const PLACE = new URL("../../docs/pictures", import.meta.url).pathname;
if (noBrowser) throw new Error(noBrowser);
const names = Array.from({ length: 12 }, (_, index) => `mill-${String(index + 1).padStart(2, "0")}`);
const folder = await mkdtemp(join(tmpdir(), "fleetseed-picture-"));
const [controller, fleet] = [new Controller(folder), new DemoFleet()];
const identity = await makeIdentity(folder);
const made = await makePackage(folder, 4 * 2 ** 20);
const origin = new Origin(made.file);
const browser = await openBrowser();
try {
	await fleet.start({ folder: join(folder, "machines"), names, publicKey: identity.publicKey });
	const [, ...inAdvance] = fleet.machines;
	const rings = [
		{ name: "canary", targets: { machines: names.slice(1, 4) } },
		{ name: "early", targets: { machines: names.slice(4, 8) }, promote: "manual" },
	];
	const policy = policyFor(fleet.machines, made, await origin.start(), { rings });
	const port = await freePort();
	const api = { listen: `127.0.0.1:${port}` };
	await controller.configure({ policy, knownHosts: knownHostsOf(inAdvance), identityFile: identity.file, api });
	controller.start();
	await until(controller, "the canaries are verified", ({ totals }) => totals.installed === 3);
	await until(controller, "both rings are verified", ({ totals }) => totals.installed === 7);
	const token = (await controller.command("token", "create", "eve", "--role", "admin")).trim();
	const url = `http://127.0.0.1:${port}`;
	const { page } = await openPage(browser, url, token);
	await page.setViewportSize({ width: 1280, height: 660 });
	await page.goto(url);
	await page.getByRole("listbox").waitFor();
	await mkdir(PLACE, { recursive: true });
	await page.screenshot({ path: join(PLACE, "fleet.png") });
} finally {
	await browser.close();
	await controller.stop();
	await fleet.stop();
	origin.stop();
	await rm(folder, { recursive: true, force: true });
}
