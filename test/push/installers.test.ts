import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { archiveInstaller } from "../../src/push/installers/archive.ts";
import { debInstaller } from "../../src/push/installers/deb.ts";
import { scriptInstaller } from "../../src/push/installers/script.ts";
import { jobKey } from "../../src/push/job-key.ts";
import { lab, putProgram, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";

const SHA256 = "a".repeat(64);

test("a deb goes to apt-get, which waits for the lock and keeps changed configuration", () => {
	const { spec } = taskOf({ type: "deb", sha256: SHA256 });
	const install = { ...spec.install, arguments: ["--no-install-recommends"], env: { A: "1" } };
	assert.deepEqual(debInstaller({ ...spec, install }).arguments, [
		SHA256,
		"12",
		"DEBIAN_FRONTEND=noninteractive",
		"LC_ALL=C.UTF-8",
		"A=1",
		"apt-get",
		"install",
		"-y",
		"-o",
		"DPkg::Lock::Timeout=300",
		"-o",
		"Dpkg::Options::=--force-confdef",
		"-o",
		"Dpkg::Options::=--force-confold",
		"{file}",
		"--no-install-recommends",
	]);
});

test("only a rollout that goes back lets apt put an older version in the place of a newer one", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await putProgram(folder, "dpkg", "exit 0");
	await putProgram(folder, "apt-get", 'echo "$*" >> ~/log');
	const sha256 = await stage(state, "the package\n");
	await pusher.install(target, taskOf({ type: "deb", sha256 }), signal);
	await pusher.install(target, { ...taskOf({ type: "deb", sha256 }, 2), mayDowngrade: true }, signal);
	const [onward, back] = (await readFile(join(folder, "log"), "utf8")).split("\n");
	assert.ok(onward && !onward.includes("downgrade"));
	assert.equal(back, onward.replace(/ (\S+\.deb)$/, " --allow-downgrades $1"));
});

test("a script runs itself, an archive goes to its destination, and a command of the policy's replaces either", () => {
	const { spec } = taskOf({ sha256: SHA256 });
	const install = { ...spec.install, arguments: ["--quiet"], env: { A: "1" } };
	assert.deepEqual(scriptInstaller({ ...spec, install }).arguments, [SHA256, "1", "A=1", "{file}", "--quiet"]);
	const destination = "/opt/tool";
	const archive = { ...spec, type: "archive" as const, install: { ...install, destination } };
	assert.deepEqual(archiveInstaller(archive).arguments, [SHA256, destination, "1.2.0"]);
	const replaced = { ...archive, install: { ...install, command: "/usr/bin/put", arguments: ["--from", "{file}"] } };
	const words = [SHA256, "2", "A=1", "/usr/bin/put", "--from", "{file}"];
	assert.deepEqual(archiveInstaller(replaced).arguments, words);
	assert.deepEqual(scriptInstaller(replaced).arguments, words);
});

test("an installer's script holds nothing of the policy", () => {
	const { spec } = taskOf({ type: "deb", name: "CANARY", version: "CANARY", sha256: "CANARY" });
	const install = { ...spec.install, command: "CANARY", arguments: ["CANARY"], env: { CANARY: "CANARY" } };
	for (const installer of [debInstaller, archiveInstaller, scriptInstaller]) {
		assert.ok(!installer({ ...spec, install }).script.includes("CANARY"));
	}
});

test("repairs an interrupted dpkg once, then gives apt a path that ends in .deb", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await mkdir(join(folder, "bin"), { recursive: true });
	const log = (name: string, more: string) =>
		writeFile(join(folder, "bin", name), `#!/bin/sh\necho "${name} $*" >> ~/log\n${more}\n`, { mode: 0o755 });
	await log("dpkg", '[ "$1" != --audit ] || echo "packages are only half configured"');
	await log("apt-get", 'for word; do case $word in *.deb) cat "$word" >> ~/log ;; esac; done');
	const sha256 = await stage(state, "the package\n");
	const { outcome } = await pusher.install(target, taskOf({ type: "deb", sha256 }), signal);
	assert.deepEqual(outcome, { kind: "exited", exitCode: 0 });
	const lines = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
	assert.deepEqual(lines.slice(0, 2), ["dpkg --audit", "dpkg --configure -a"]);
	assert.ok(lines[2]?.startsWith("apt-get install -y") && lines[2].endsWith(`${sha256}.deb`), lines[2]);
	assert.equal(lines[3], "the package");
});

test("calls a held lock busy, and no other failure of apt", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await writeFile(join(folder, "bin", "dpkg"), "#!/bin/sh\n", { mode: 0o755 });
	const apt = `#!/bin/sh\ncat ~/said >&2\nexit 100\n`;
	await writeFile(join(folder, "bin", "apt-get"), apt, { mode: 0o755 });
	const sha256 = await stage(state, "the package\n");
	const install = async (said: string, attempt: number) => {
		await writeFile(join(folder, "said"), said);
		return (await pusher.install(target, taskOf({ type: "deb", sha256 }, attempt), signal)).outcome;
	};
	const busy = await install("E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt)\n", 1);
	assert.equal(busy.kind === "failed" && busy.failure.code, "FS-INSTALL-BUSY");
	assert.deepEqual(await install("E: Unmet dependencies.\n", 2), { kind: "exited", exitCode: 100 });
});

test("a job's key is a safe name, and other for every rollout, package and attempt", () => {
	const { ref } = taskOf();
	const refs = [ref, { ...ref, attempt: 2 }, { ...ref, package: "tool/../2" }, { ...ref, rollout: "other" }];
	const keys = refs.map(jobKey);
	assert.equal(new Set(keys).size, keys.length);
	for (const key of keys) assert.match(key, /^install-[A-Za-z0-9._-]{1,64}$/);
	assert.deepEqual(refs.map(jobKey), keys);
});
