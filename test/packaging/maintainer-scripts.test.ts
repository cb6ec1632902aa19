import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

const SCRIPTS = new URL("../../src/packaging/deb/scripts/", import.meta.url).pathname;
const WANTED = "etc/systemd/system/multi-user.target.wants/fleetseed.service";
const DATA = ["etc/fleetseed/fleetseed.yaml", "var/lib/fleetseed/journal.sqlite"];
/** What they call, and a machine has: here each writes down how it was called. */
const CALLED = ["systemctl", "deb-systemd-invoke", "systemd-sysusers", "chown"];
let root = "";

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "fleetseed-scripts-"));
	await mkdir(join(root, "bin"));
	for (const program of CALLED) await answer(program, 0);
	for (const file of [...DATA, "run/systemd/system/x"]) await mkdir(join(root, file, ".."), { recursive: true });
	for (const file of DATA) await writeFile(join(root, file), "");
	await mkdir(join(root, WANTED, ".."), { recursive: true });
	await symlink("/usr/lib/systemd/system/fleetseed.service", join(root, WANTED));
});
afterEach(() => rm(root, { recursive: true }));

async function answer(program: string, code: number, { hasFailed = false } = {}): Promise<void> {
	const file = join(root, "bin", program);
	const lines = [
		`echo "${program} $*" >>'${join(root, "calls")}'`,
		`case "$*" in *is-failed*) exit ${hasFailed ? 0 : 1} ;; esac`,
		`exit ${code}`,
	];
	await writeFile(file, ["#!/bin/sh", ...lines, ""].join("\n"));
	await chmod(file, 0o755);
}

/** Runs a script as dpkg does, on a system that lies in the folder. */
async function run(name: string, ...args: readonly string[]) {
	const text = await readFile(join(SCRIPTS, name), "utf8");
	const script = text.replace(/(?<!\w)\/(?=(run|etc|var)\/)/g, `${root}/`);
	const env = { PATH: `${join(root, "bin")}:${process.env.PATH}` };
	const { status, stderr } = spawnSync("/bin/sh", ["-c", script, name, ...args], { env, encoding: "utf8" });
	const calls = await readFile(join(root, "calls"), "utf8").catch(() => "");
	await rm(join(root, "calls"), { force: true });
	return { status, stderr, calls: calls.trim().split("\n") };
}

function isThere(path: string): Promise<boolean> {
	return lstat(join(root, path)).then(
		() => true,
		() => false,
	);
}

const RESTART = "deb-systemd-invoke try-restart fleetseed.service";
const STOP = "deb-systemd-invoke stop fleetseed.service";

test("a first installation starts nothing, an upgrade starts again what runs", async () => {
	assert.ok(!(await run("postinst", "configure", "")).calls.includes(RESTART));
	const { status, calls } = await run("postinst", "configure", "0.1.0");
	assert.equal(status, 0);
	assert.ok(calls.includes("systemd-sysusers fleetseed.conf"));
	assert.ok(calls.indexOf("systemctl daemon-reload") < calls.indexOf(RESTART), calls.join("; "));
});

test("an upgrade after which the daemon does not start is complete, and says so", async () => {
	await answer("deb-systemd-invoke", 1);
	const { status, stderr } = await run("postinst", "configure", "0.1.0");
	assert.equal(status, 0);
	assert.match(stderr, /did not start again; to see why: systemctl status fleetseed/);
});

test("a daemon that has failed is started by an upgrade, and by going back to the release that takes its configuration", async () => {
	await answer("systemctl", 0, { hasFailed: true });
	const { calls } = await run("postinst", "configure", "0.1.0");
	assert.ok(calls.includes("deb-systemd-invoke start fleetseed.service"), calls.join("; "));
	assert.ok(!(await run("postinst", "configure", "")).calls.some((call) => call.startsWith("deb-systemd-invoke")));
});

test("only removal stops the daemon", async () => {
	assert.ok((await run("prerm", "remove")).calls.includes(STOP));
	for (const args of [
		["upgrade", "0.2.0"],
		["deconfigure", "in-favour", "other", "1"],
	])
		assert.deepEqual((await run("prerm", ...args)).calls, [""], args.join(" "));
});

for (const place of ["a running system", "an image that is being made"])
	test(`removal leaves data, and purge takes it with what enabled the service, on ${place}`, async () => {
		if (place !== "a running system") await rm(join(root, "run/systemd/system"), { recursive: true });
		await run("postrm", "remove");
		for (const path of [...DATA, WANTED]) assert.ok(await isThere(path), path);
		assert.equal((await run("postrm", "purge")).status, 0);
		for (const path of ["etc/fleetseed", "var/lib/fleetseed", WANTED]) assert.ok(!(await isThere(path)), path);
		// dpkg may ask for it twice.
		assert.equal((await run("postrm", "purge")).status, 0);
	});
