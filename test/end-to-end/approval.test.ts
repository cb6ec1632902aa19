import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Controller, freePort } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until } from "../demo/until.ts";

const HELLO = '#!/bin/sh\ntouch "$HOME/hello"\n';

test("a rollout to more machines than one person may let through waits for two, each with a token of their own", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-approval-"));
	const names = ["one", "two"].map((word) => `${word}-${folder.slice(-6).toLowerCase()}`);
	const [controller, fleet, port] = [new Controller(folder), new DemoFleet(), await freePort()];
	t.after(async () => {
		await controller.stop();
		await fleet.stop();
		await rm(folder, { recursive: true, force: true });
	});
	const identity = await makeIdentity(folder);
	await fleet.start({ folder: join(folder, "machines"), names, publicKey: identity.publicKey });
	await writeFile(join(folder, "hello.sh"), HELLO);
	const checksum = `sha256:${createHash("sha256").update(HELLO).digest("hex")}`;
	const source = { url: `file://${join(folder, "hello.sh")}` };
	const detection = [{ type: "file", path: "~/hello" }];
	const packages = [{ name: "hello", version: "1", type: "script", source, checksum, detection }];
	await controller.configure({
		policy: { version: 1, name: "office", packages, targets: { machines: names }, schedule: "now" },
		knownHosts: knownHostsOf(fleet.machines),
		identityFile: identity.file,
		api: { listen: `127.0.0.1:${port}` },
		more: { approvals: { above_machines: 1, required: 2 } },
	});
	controller.start();
	const { rollouts } = await until(controller, "both machines are known and wait", ({ rollouts: [rollout] }) =>
		/0 of 2, since it is for 2 machines/.test(rollout?.held ?? ""),
	);
	const revision = rollouts[0]?.revision;
	const tokenOf = async (name: string, role: string) =>
		(await controller.command("token", "create", name, "--role", role)).trim();
	const approve = async (token: string, by?: string) => {
		const answer = await fetch(`http://127.0.0.1:${port}/api/v1/policies/office/approve`, {
			method: "POST",
			headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
			body: JSON.stringify({ revision, ...(by === undefined ? {} : { by }) }),
		});
		const { code = null } = (await answer.json()) as { code?: string };
		return [answer.status, code];
	};
	const [ann, bob, otto] = [
		await tokenOf("ann", "approver"),
		await tokenOf("bob", "approver"),
		await tokenOf("otto", "operator"),
	];
	assert.deepEqual(await approve(otto), [403, "FS-API-ROLE"], "who steers does not approve");
	assert.deepEqual(await approve(ann), [200, null]);
	assert.deepEqual(await approve(ann, "bob"), [403, "FS-API-ROLE"], "nobody is two people");
	await approve(ann);
	const { totals } = await until(controller, "one of two has approved", ({ rollouts: [rollout] }) =>
		/1 of 2/.test(rollout?.held ?? ""),
	);
	assert.equal(totals.installed, 0);
	assert.deepEqual(await approve(bob), [200, null]);
	await until(controller, "it is installed", (status) => status.totals.installed === 2);
	const lines = (await controller.command("audit", "export"))
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as { act: string; who: string; outcome: string });
	const approvers = lines.flatMap(({ act, who }) => (act === "approve_policy" ? [who] : []));
	assert.deepEqual(new Set(approvers), new Set(["ann", "bob"]));
	const refused = lines.flatMap(({ act, who, outcome }) => (act === "order" ? [`${who} ${outcome}`] : []));
	assert.ok(
		["otto FS-API-ROLE", "ann FS-API-ROLE"].every((each) => refused.includes(each)),
		refused.join(", "),
	);
	const begun = lines.findIndex(({ act }) => act === "install");
	assert.ok(
		begun > lines.findLastIndex(({ act }) => act === "approve_policy"),
		"nothing is installed before both have",
	);
});
