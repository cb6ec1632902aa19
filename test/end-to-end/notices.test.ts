import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Controller } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until as untilStatus } from "../demo/until.ts";
import { Receiver } from "../notify/receiver.ts";
import { until } from "../notify/until.ts";

const HELLO = '#!/bin/sh\ntouch "$HOME/hello"\n';
const fleet = new DemoFleet();
const receiver = new Receiver(() => 503);
let folder = "";
let name = "";
let controller: Controller;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-notices-"));
	name = `notices-${folder.slice(-6).toLowerCase()}`;
	controller = new Controller(folder);
	await receiver.start();
	const identity = await makeIdentity(folder);
	await fleet.start({ folder: join(folder, "machines"), names: [name], publicKey: identity.publicKey });
	await writeFile(join(folder, "hello.sh"), HELLO);
	await writeFile(join(folder, "hook-secret"), "secret\n", { mode: 0o600 });
	const checksum = `sha256:${createHash("sha256").update(HELLO).digest("hex")}`;
	const source = { url: `file://${join(folder, "hello.sh")}` };
	const detection = [{ type: "file", path: "~/hello" }];
	const packages = [{ name: "hello", version: "1", type: "script", source, checksum, detection }];
	const policy = { version: 1, name: "office", packages, targets: { machines: [name] }, schedule: "now" };
	const kinds = ["rollout_started", "rollout_succeeded", "paused"];
	const webhooks = [{ name: "hook", url: receiver.url, secret: "hook-secret", events: kinds }];
	const more = { credentials: { "hook-secret": { file: "hook-secret" } }, notices: { webhooks } };
	await controller.configure({ policy, knownHosts: knownHostsOf(fleet.machines), identityFile: identity.file, more });
	controller.start();
	await untilStatus(controller, "the policy's package is installed", ({ totals }) => totals.installed === 1);
});

after(async () => {
	await controller.stop();
	await fleet.stop();
	receiver.stop();
	await rm(folder, { recursive: true, force: true });
});

test("a daemon that is killed while nobody takes its notices sends them after its next start, each once", async () => {
	await controller.command("pause", "--reason", "lunch");
	await controller.kill();
	receiver.received.length = 0;
	receiver.status = () => 204;
	controller.start();
	await until(() => receiver.notices.length >= 3);
	assert.deepEqual(
		receiver.notices.map(({ kind, policy }) => `${kind} ${policy}`),
		["rollout_started office", "rollout_succeeded office", "paused null"],
	);
	await untilStatus(controller, "the daemon answers", () => true);
	assert.match(await controller.command("notify", "test", "hook"), /hook: sent/);
	assert.equal(receiver.notices.at(-1)?.kind, "test");
	assert.equal(receiver.notices.length, 4);
	assert.match(await controller.metrics(), /fleetseed_notices_total\{sink="hook",outcome="sent"\} 3/);
});
