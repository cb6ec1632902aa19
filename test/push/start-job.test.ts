import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { jobKey } from "../../src/push/job-key.ts";
import { exitOf, lab, putProgram, taskOf } from "./lab.ts";
import { stage } from "./stage.ts";
import { until } from "./until.ts";

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
