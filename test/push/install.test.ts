import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { jobKey } from "../../src/push/job-key.ts";
import { exitOf, lab, putProgram, taskOf } from "./lab.ts";
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

test("runs a job once, however many start it at the same time", async (t) => {
	const { pusher, target, state, folder, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\necho ran >> ~/runs\nsleep 0.3\n");
	const task = taskOf({ sha256 });
	const many = await Promise.all(Array.from({ length: 5 }, () => pusher.install(target, task, signal)));
	for (const { outcome } of many) assert.equal(exitOf(outcome), 0);
	assert.equal(await readFile(join(folder, "runs"), "utf8"), "ran\n");
	await pusher.install(target, task, signal);
	assert.equal(await readFile(join(folder, "runs"), "utf8"), "ran\n", "a key that was used is never started again");
	await pusher.install(target, { ...task, ref: { ...task.ref, attempt: 2 } }, signal);
	assert.equal(await readFile(join(folder, "runs"), "utf8"), "ran\nran\n", "another attempt is another job");
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

test("a job whose connection breaks while it is started runs all the same, and what it installs hears hangups", async (t) => {
	const signals = "sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/self/status";
	for (const [program, state] of [
		["sync", "before it has begun"],
		["setsid", "before it is parted from us"],
	] as const) {
		const { pusher, target, machine, state: folderOfState, folder, signal } = await lab(t);
		await putProgram(folder, program, `: > ~/begun\n/bin/sleep 0.5\nPATH=\${PATH#*:} exec ${program} "$@"`);
		const task = taskOf({ sha256: await stage(folderOfState, `#!/bin/sh\n${signals}\nexit 3\n`) });
		const installing = pusher.install(target, task, signal);
		await until(async () => (await readdir(folder)).includes("begun"));
		machine.dropConnections();
		const { outcome } = await installing;
		assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-SSH-LOST");
		const followed = await pusher.follow(target, task, signal);
		assert.equal(exitOf(followed.outcome), 3, state);
		assert.match(`${followed.output?.head}`, /^0+\n$/);
	}
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

test("uses up no attempt when nothing is staged", async (t) => {
	const { pusher, target, signal } = await lab(t);
	const { outcome } = await pusher.install(target, taskOf(), signal);
	assert.equal(outcome.kind === "failed" && outcome.failure.code, "FS-DELIVER-FAILED");
	const inspected = await pusher.inspect(target, taskOf(), signal);
	assert.equal(inspected.outcome.kind === "inspected" && inspected.outcome.facts.job.kind, "none");
});

test("calls a job lost whose processes are gone", async (t) => {
	const { pusher, target, machine, state, folder, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\n: > ~/begun\nsleep 60\n");
	const task = taskOf({ sha256 });
	const installing = pusher.install(target, task, signal);
	await until(async () => (await readdir(folder)).includes("begun"));
	await machine.killJobs();
	await installing;
	const inspected = await pusher.inspect(target, task, signal);
	assert.equal(inspected.outcome.kind === "inspected" && inspected.outcome.facts.job.kind, "lost");
});

test("a job that is killed in its first moment is lost at once", async (t) => {
	const { pusher, target, state, folder, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\n: > ~/begun\nsleep 60\n");
	const task = taskOf({ sha256 });
	const stateOf = async () => {
		const { outcome } = await pusher.inspect(target, task, signal);
		return outcome.kind === "inspected" && outcome.facts.job.kind;
	};
	const installing = pusher.install(target, task, signal);
	await until(async () => (await readdir(folder)).includes("begun"));
	assert.equal(await stateOf(), "running");
	const pid = await readFile(join(state, "jobs", jobKey(task.ref), "pid"), "utf8");
	for (const each of await processesBeside(Number(pid))) process.kill(each, "SIGKILL");
	await until(async () => (await stateOf()) === "lost");
	assert.equal(exitOf((await installing).outcome), "FS-INSTALL-EXIT");
});

test("jobs start one after the other, under the lock of all fences", async (t) => {
	const { pusher, target, state, folder, signal } = await lab(t);
	await putProgram(folder, "flock", `[ "$2" != 30 ] || : > ~/asked\nPATH=\${PATH#*:} exec flock "$@"`);
	const task = taskOf({ sha256: await stage(state, "#!/bin/sh\nexit 3\n") });
	await mkdir(join(state, "fences"), { recursive: true });
	const hold = [join(state, "fences", ".lock"), "sh", "-c", ': > "$0"; exec sleep 60', join(folder, "held")];
	const holder = spawn("flock", ["-F", ...hold]);
	t.after(() => holder.kill());
	await until(async () => (await readdir(folder)).includes("held"));
	const installing = pusher.install(target, task, signal);
	await until(async () => (await readdir(folder)).includes("asked"));
	assert.deepEqual(await readdir(join(state, "jobs")), []);
	holder.kill();
	assert.equal(exitOf((await installing).outcome), 3);
});

test("replaces the default program by the policy's, with {file} in its arguments only", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "content");
	const install = { command: "echo", arguments: ["--from={file}"], timeoutMs: 60_000, env: { X: "{file}" } };
	const { output } = await pusher.install(target, taskOf({ sha256, install }), signal);
	assert.equal(output?.head, `--from=${join(state, "packages", sha256)}.run\n`);
});

test("tells every reader of a lost job that it is lost, however many read at once", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const task = taskOf();
	await mkdir(join(state, "jobs", jobKey(task.ref), "started"), { recursive: true });
	for (let round = 0; round < 4; round++) {
		const many = await Promise.all(Array.from({ length: 8 }, () => pusher.inspect(target, task, signal)));
		for (const { outcome } of many) assert.equal(outcome.kind === "inspected" && outcome.facts.job.kind, "lost");
	}
});

test("calls no job lost that begins between two looks of one reader", async (t) => {
	const { pusher, target, state, folder, signal } = await lab(t);
	// The runner (-w) comes late; what a reader (-n, -sn) hears of the lock is held back until the runner has begun.
	const flock = execFileSync("/bin/sh", ["-c", "command -v flock"], { encoding: "utf8" }).trim();
	const slow = `#!/bin/sh
[ "$1" != -w ] || sleep 1
${flock} "$@"
code=$?
n=0
case $1 in -*n) while [ ! -e "\${2%/*}/started" ] && [ $n -lt 100 ]; do sleep 0.05; n=$(( n + 1 )); done ;; esac
exit $code
`;
	await writeFile(join(folder, "bin", "flock"), slow, { mode: 0o755 });
	const sha256 = await stage(state, "#!/bin/sh\nwhile [ ! -e ~/go ]; do sleep 0.05; done\nexit 5\n");
	const task = taskOf({ sha256 });
	const installing = pusher.install(target, task, signal);
	await until(async () => (await readdir(join(state, "jobs")).catch((): string[] => [])).includes(jobKey(task.ref)));
	const { outcome } = await pusher.inspect(target, task, signal);
	assert.equal(outcome.kind === "inspected" && outcome.facts.job.kind, "running");
	await writeFile(join(folder, "go"), "");
	assert.equal(exitOf((await installing).outcome), 5);
});

test("waits for a runner that has not come yet, then calls the job lost for good", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const task = taskOf();
	const job = join(state, "jobs", jobKey(task.ref));
	await mkdir(job, { recursive: true });
	const stateOf = async () => {
		const { outcome } = await pusher.inspect(target, task, signal);
		return outcome.kind === "inspected" && outcome.facts.job.kind;
	};
	assert.equal(await stateOf(), "running");
	await utimes(job, new Date(0), new Date(0));
	assert.equal(await stateOf(), "lost");
	assert.ok((await readdir(job)).includes("started"), "a runner that comes now finds its one run taken");
});

test("a late attempt does not start after a newer one, an older run neither, until the machine is cleaned", async (t) => {
	const { pusher, target, state, folder, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\necho ran >> ~/runs\n");
	const codeOf = async (rollout: string, attempt: number) => {
		const task = taskOf({ sha256 }, attempt);
		const { outcome } = await pusher.install(target, { ...task, ref: { ...task.ref, rollout } }, signal);
		return outcome.kind === "failed" ? outcome.failure.code : outcome.kind;
	};
	assert.equal(await codeOf("office@a/2026-11-23T02:00:00Z", 2), "exited");
	assert.equal(await codeOf("office@a/2026-11-23T02:00:00Z", 1), "FS-INSTALL-FENCED");
	assert.equal(await codeOf("office@b/2026-11-24T02:00:00Z", 1), "exited");
	assert.equal(await codeOf("office@a/2026-11-23T02:00:00Z", 3), "FS-INSTALL-FENCED");
	assert.equal(await codeOf("other@a/2026-11-20T02:00:00Z", 1), "exited", "another policy has a fence of its own");
	assert.equal(await readFile(join(folder, "runs"), "utf8"), "ran\nran\nran\n");
	assert.equal(await codeOf("office@a/2026-11-23T02:00:00Z", 2), "exited", "what ran is joined all the same");
	await pusher.clean(target, { machine: "mill-03", keeping: { packages: [sha256], jobs: [] } }, signal);
	assert.equal(await codeOf("office@a/2026-11-23T02:00:00Z", 3), "exited");
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
async function processesBeside(pid: number): Promise<readonly number[]> {
	const sessionOf = async (pid: number) => {
		const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3];
	};
	const session = await sessionOf(pid);
	const pids = (await readdir("/proc")).map(Number).filter((each) => each > 1);
	const sessions = await Promise.all(pids.map(sessionOf));
	return pids.filter((_, index) => sessions[index] === session);
}
