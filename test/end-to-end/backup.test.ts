import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { run } from "../console/command-line.ts";
import { Controller } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until } from "../demo/until.ts";

const HELLO = '#!/bin/sh\necho run >> "$HOME/runs"\nsleep 1\ntouch "$HOME/hello"\n';
const fleet = new DemoFleet();
let folder = "";
let first: Controller;
let second: Controller;
const copy = () => join(folder, "backups", "copy.sqlite");

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-backup-"));
	const identity = await makeIdentity(folder);
	const names = [1, 2, 3].map((index) => `backup-${index}-${folder.slice(-6).toLowerCase()}`);
	await fleet.start({ folder: join(folder, "machines"), names, publicKey: identity.publicKey });
	await writeFile(join(folder, "hello.sh"), HELLO);
	const source = { url: `file://${join(folder, "hello.sh")}` };
	const checksum = `sha256:${createHash("sha256").update(HELLO).digest("hex")}`;
	const detection = [{ type: "file", path: "~/hello" }];
	const packages = [{ name: "hello", version: "1", type: "script", source, checksum, detection }];
	const rollout = { max_concurrency: 1 };
	const policy = { version: 1, name: "office", packages, targets: { machines: names }, rollout, schedule: "now" };
	const files = { policy, knownHosts: knownHostsOf(fleet.machines), identityFile: identity.file };
	for (const name of ["first", "second", "backups"]) await mkdir(join(folder, name));
	first = new Controller(join(folder, "first"));
	second = new Controller(join(folder, "second"));
	await first.configure(files);
	await second.configure(files);
});

after(async () => {
	await first.kill();
	await second.stop();
	await fleet.stop();
	await rm(folder, { recursive: true, force: true });
});

const backUp = (file: string, ...more: readonly string[]) =>
	run(["backup", file, "--config", join(folder, "first", "fleetseed.yaml"), ...more]);

test("a copy of the journal that is written right now, restored elsewhere, has the same rollouts and goes on with them", async () => {
	first.start();
	await until(first, "a machine is done and another is not", ({ totals }) => totals.installed === 1);
	await first.command("pause", "--reason", "moving house");
	const { out, err, code } = await backUp(copy(), "--json");
	assert.deepEqual([code, err], [0, ""]);
	const { head, is_intact, lines } = JSON.parse(out);
	assert.deepEqual([is_intact, lines], [true, head.seq]);
	assert.equal((await stat(copy())).mode & 0o777, 0o600);
	assert.deepEqual(await readdir(join(folder, "backups")), ["copy.sqlite"]);
	const before = await first.status();
	await first.stop();

	await mkdir(join(folder, "second", "state"), { mode: 0o700 });
	await copyFile(copy(), join(folder, "second", "state", "journal.sqlite"));
	second.start();
	const restored = await until(second, "it has read its journal", ({ rollouts }) => rollouts.length > 0);
	assert.ok(before?.rollouts[0]?.id);
	assert.deepEqual(restored.rollouts.map(whichRun), before.rollouts.map(whichRun));
	assert.match(await second.command("audit", "verify", "--head", `${head.seq}:${head.hash}`), /every line is what was/);
	await second.command("resume");
	await until(second, "all are installed", ({ totals }) => totals.installed === 3);
	for (const { name } of fleet.machines)
		assert.equal(
			await readFile(join(folder, "machines", name, "runs"), "utf8"),
			"run\n",
			`${name} ran its installer once`,
		);
});

test("a target that is wrong is refused, saying why, and nothing is written", async () => {
	const cases: readonly [string, RegExp][] = [
		[copy(), /copy\.sqlite is there already.*\n.*a new file/],
		[join(folder, "backups"), /backups is there already/],
		[join(folder, "nowhere", "copy.sqlite"), /nowhere is no folder/],
		[join(folder, "first", "state", "copy.sqlite"), /lies with the state itself/],
		[join("/proc", "copy.sqlite"), /ENOENT|EACCES/],
	];
	for (const [file, says] of cases) {
		const { err, code } = await backUp(file);
		assert.equal(code, 2, file);
		assert.match(err, says);
	}
	assert.deepEqual(await readdir(join(folder, "backups")), ["copy.sqlite"]);
	const none = await run(["backup", join(folder, "none.sqlite"), "--config", join(folder, "none.yaml")]);
	assert.deepEqual([none.code, /none\.yaml/.test(none.err)], [2, true]);
});

function whichRun({ policy, revision, id, run, began_at, paused }: StatusReport["rollouts"][number]) {
	return { policy, revision, id, run, began_at, paused };
}
