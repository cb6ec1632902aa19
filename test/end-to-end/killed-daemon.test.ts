import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Controller } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until } from "../demo/until.ts";

/** Slow enough to be killed in the middle of, and it counts its runs on the machine itself. */
const INSTALLER = '#!/bin/sh\necho run >> "$HOME/runs"\nsleep 1\necho done > "$HOME/installed"\n';

test("the daemon is killed in mid-delivery, mid-install and after: every machine is installed, each installer ran once", async () => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-kill-"));
	const fleet = new DemoFleet();
	const controller = new Controller(folder);
	try {
		const identity = await makeIdentity(folder);
		const run = folder.slice(-6).toLowerCase();
		const names = [1, 2, 3].map((index) => `kill-${index}-${run}`);
		await fleet.start({ folder: join(folder, "machines"), names, publicKey: identity.publicKey });
		const knownHosts = knownHostsOf(fleet.machines);
		await controller.configure({ policy: await policyFor(folder, names), knownHosts, identityFile: identity.file });
		for (const state of ["delivering", "installing", "verified"] as const) {
			controller.start();
			await until(controller, `a machine is ${state}`, ({ machines }) => machines.some((each) => each.state === state));
			await controller.kill();
		}
		controller.start();
		const last = await until(controller, "all are installed", ({ totals }) => totals.installed === names.length);
		assert.equal(last.totals.failed, 0);
		for (const name of names) {
			const home = join(folder, "machines", name);
			assert.equal(await readFile(join(home, "runs"), "utf8"), "run\n", `${name} ran its installer once`);
			assert.equal(await readFile(join(home, "installed"), "utf8"), "done\n");
		}
	} finally {
		await controller.stop();
		await fleet.stop();
		await rm(folder, { recursive: true, force: true });
	}
});

async function policyFor(folder: string, machines: readonly string[]): Promise<object> {
	const file = join(folder, "hello.sh");
	await writeFile(file, INSTALLER);
	const sha256 = createHash("sha256").update(INSTALLER).digest("hex");
	const detection = [{ type: "file", path: "~/installed" }];
	const source = { url: `file://${file}` };
	return {
		version: 1,
		name: "hello",
		packages: [{ name: "hello", version: "1", type: "script", source, checksum: `sha256:${sha256}`, detection }],
		targets: { machines },
		rollout: { max_concurrency: 2 },
		schedule: "now",
	};
}
