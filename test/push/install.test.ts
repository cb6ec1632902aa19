import assert from "node:assert/strict";
import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { jobKey } from "../../src/push/job-key.ts";
import { exitOf, lab, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";
import { until } from "./until.ts";

test("runs a script package with its arguments and environment, and keeps what it says", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, '#!/bin/sh\necho "$SITE: $*"\nexit 7\n');
	const install = { arguments: ["a b", "$HOME", "{file}"], timeoutMs: 60_000, env: { SITE: "budapest" } };
	const { outcome, output } = await pusher.install(target, taskOf({ sha256, install }), signal);
	assert.equal(exitOf(outcome), 7);
	const said = `budapest: a b $HOME ${join(state, "packages", sha256)}.run\n`;
	assert.deepEqual(output, { head: said, tail: "", totalBytes: Buffer.byteLength(said) });
});

test("an installer begins in the root folder, with the usual umask, beside hooks or alone", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\npwd; umask\n");
	const task = taskOf({ sha256 });
	const alone = await pusher.install(target, task, signal);
	const hooks = { preInstall: "pwd; umask", postInstall: "exit 0" };
	const beside = await pusher.install(target, { ...task, ref: { ...task.ref, attempt: 2 }, hooks }, signal);
	assert.deepEqual([alone.output?.head, beside.output?.head], ["/\n0022\n", "/\n0022\n/\n0022\n"]);
});

test("lets a job go on through a lost connection, and reads its exit code afterwards", async (t) => {
	const { pusher, target, machine, state, folder, signal } = await lab(t);
	const sha256 = await stage(
		state,
		"#!/bin/sh\n: > ~/begun\nwhile [ ! -e ~/go ]; do sleep 0.05; done\necho done\nexit 3\n",
	);
	const task = taskOf({ sha256 });
	const installing = pusher.install(target, task, signal);
	await until(async () => (await readdir(folder)).includes("begun"));
	machine.dropConnections();
	const { outcome } = await installing;
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-SSH-LOST");
	const inspected = await pusher.inspect(target, task, signal);
	assert.equal(inspected.outcome.kind === "inspected" && inspected.outcome.facts.job.kind, "running");
	const following = pusher.follow(target, task, signal);
	await writeFile(join(folder, "go"), "");
	const followed = await following;
	assert.equal(exitOf(followed.outcome), 3);
	assert.equal(followed.output?.head, "done\n");
});

test("starts, follows and reports a job in one round trip", async (t) => {
	const { pusher, target, machine, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nsleep 0.3\necho done\nexit 3\n");
	const { outcome, output } = await pusher.install(target, taskOf({ sha256 }), signal);
	assert.deepEqual([exitOf(outcome), output?.head, machine.scripts], [3, "done\n", 1]);
});

test("waits for no service that the installer left behind, though it holds the job's lock", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nsleep 45 >/dev/null 2>&1 &\nsleep 0.5\nexit 3\n");
	const beganAt = performance.now();
	const { outcome } = await pusher.install(target, taskOf({ sha256 }), signal);
	assert.equal(exitOf(outcome), 3);
	assert.ok(performance.now() - beganAt < 30_000);
});

test("tells of a job that ended the boot in which it did, also once the machine has restarted", async (t) => {
	const { pusher, target, machine, state, signal } = await lab(t);
	const task = taskOf({ sha256: await stage(state, "#!/bin/sh\nexit 3\n") });
	const { bootId } = machine;
	assert.deepEqual((await pusher.install(target, task, signal)).outcome, { kind: "exited", exitCode: 3, bootId });
	await machine.reboot();
	assert.notEqual(machine.bootId, bootId);
	const { outcome } = await pusher.follow({ ...target, port: machine.port }, task, signal);
	assert.deepEqual(outcome, { kind: "exited", exitCode: 3, bootId });
});

test("follows a job whose result names no boot, or no boot's name", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const task = taskOf({ sha256: await stage(state, "#!/bin/sh\nexit 3\n") });
	await pusher.install(target, task, signal);
	for (const result of ["3 -\n", "3 - $(reboot) 1 2 3\n"]) {
		await writeFile(join(state, "jobs", jobKey(task.ref), "result"), result);
		const { outcome } = await pusher.follow(target, task, signal);
		assert.deepEqual(outcome, { kind: "exited", exitCode: 3 });
	}
});

test("keeps the first and last 256 KiB of a flood, and counts all of it", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const flood = `head -c 1000000 /dev/zero | tr '\\0' a; head -c 3000000 /dev/zero | tr '\\0' b; echo end`;
	const sha256 = await stage(state, `#!/bin/sh\n${flood}\n`);
	const task = taskOf({ sha256 });
	const { output } = await pusher.install(target, task, signal);
	assert.equal(output?.totalBytes, 4_000_004);
	assert.equal(output?.head, "a".repeat(262_144));
	assert.equal(output?.tail, `${"b".repeat(262_140)}end\n`);
	const kept = (await readdir(join(state, "jobs", jobKey(task.ref)))).filter((name) => name.startsWith("output."));
	assert.ok(kept.length <= 3, `${kept} on the disk`);
});

test("gives all of an output between one chunk and the kept size", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	for (const [attempt, size] of [0, 262_144, 262_145, 524_288, 524_289].entries()) {
		const sha256 = await stage(state, `#!/bin/sh\nhead -c ${size} /dev/zero | tr '\\0' x\n`);
		const { output } = await pusher.install(target, taskOf({ sha256 }, attempt), signal);
		assert.equal(output?.totalBytes, size);
		assert.equal(output.head.length + output.tail.length, Math.min(size, 524_288), `of ${size}`);
	}
});

test("stops an installer that runs longer than its time, and says so", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nsleep 30\n");
	const install = { arguments: [], timeoutMs: 1_000, env: {} };
	const { outcome } = await pusher.install(target, taskOf({ sha256, install }), signal);
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-INSTALL-TIMEOUT");
});

test("takes no exit code 124 of a quick installer for a timeout", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nexit 124\n");
	const { outcome } = await pusher.install(target, taskOf({ sha256 }), signal);
	assert.equal(exitOf(outcome), 124);
});

test("starts no installer when one byte of the staged file is other, and removes the file", async (t) => {
	const { pusher, target, state, folder, signal } = await lab(t);
	const content = "#!/bin/sh\necho ran >> ~/runs\n";
	const sha256 = await stage(state, content);
	const staged = await open(join(state, "packages", sha256), "r+");
	await staged.write("E", content.indexOf("echo"));
	await staged.close();
	const { outcome } = await pusher.install(target, taskOf({ sha256 }), signal);
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-INSTALL-DIGEST");
	assert.ok(!(await readdir(folder)).includes("runs"));
	assert.deepEqual(await readdir(join(state, "packages")), []);
});

test("replaces the default program by the policy's, with {file} in its arguments only", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "content");
	const install = { command: "echo", arguments: ["--from={file}"], timeoutMs: 60_000, env: { X: "{file}" } };
	const { output } = await pusher.install(target, taskOf({ sha256, install }), signal);
	assert.equal(output?.head, `--from=${join(state, "packages", sha256)}.run\n`);
});

test("a job's result names the boot in which it ended", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nexit 3\n");
	const task = taskOf({ sha256 });
	await pusher.install(target, task, signal);
	const result = await readFile(join(state, "jobs", jobKey(task.ref), "result"), "utf8");
	const { outcome } = await pusher.readFacts(target, { machine: "mill-03", policy: "office" }, signal);
	assert.equal(result, `3 - ${outcome.kind === "facts_read" && outcome.machine.bootId}\n`);
});

test("stops an installer that prints without an end, and keeps both ends of what it said", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\necho begin; yes || exit 9\n");
	const { outcome, output } = await pusher.install(target, { ...taskOf({ sha256 }), maxOutputBytes: 2 ** 20 }, signal);
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-INSTALL-OUTPUT");
	assert.ok(output?.head.startsWith("begin\ny\n") && output.tail.endsWith("y\n") && output.totalBytes >= 2 ** 20);
});

/** The session of this process: stat in proc(5). */
