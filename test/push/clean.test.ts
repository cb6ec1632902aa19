import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { jobKey } from "../../src/push/job-key.ts";
import type { Delivery } from "../../src/push/task.ts";
import { exitOf, lab, NO_LIMITS, putProgram, taskOf } from "./lab.ts";
import { sha256Of, stage } from "./stage.ts";
import { until } from "./until.ts";

const AGENT = `while [ $# -gt 0 ]; do
	case $1 in --folder) folder=$2 ;; --on-complete) program=$2 ;; esac
	[ "$1" = fetch ] && shift || shift 2
done
while [ ! -e ~/bytes ]; do sleep 0.05; done
for package in ~/bytes/*; do cp "$package" "$folder/"; "$program" gid 1 "$folder/\${package##*/}"; done
exec sleep 600`;

/** Of every process. */
async function commandLines(): Promise<readonly string[]> {
	const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")));
}

test("removes helpers, packages and ended jobs that nothing needs, and leaves what is needed", async (t) => {
	const { pusher, target, signal, state } = await lab(t);
	const kept = await stage(state, "needed");
	await stage(state, "not needed");
	await mkdir(join(state, "helper", "0".repeat(64)), { recursive: true });
	await mkdir(join(state, "incoming", "1".repeat(64)), { recursive: true });
	const install = { command: "/bin/sh", arguments: ["-c", "true"], timeoutMs: 60_000, env: {} };
	for (const attempt of [1, 2]) await pusher.install(target, taskOf({ sha256: kept, install }, attempt), signal);
	const [, second = ""] = (await readdir(join(state, "jobs"))).sort();
	const keeping = { packages: [kept], jobs: [second] };
	const cleaned = await pusher.clean(target, { machine: "mill-03", keeping }, signal);
	assert.ok(cleaned.kind === "cleaned");
	const { helpers, packages, jobs, busy } = cleaned;
	assert.deepEqual({ helpers, packages, jobs, busy }, { helpers: 1, packages: 1, jobs: 1, busy: 0 });
	assert.deepEqual((await readdir(join(state, "packages"))).sort(), [kept]);
	assert.deepEqual(await readdir(join(state, "jobs")), [second]);
	assert.deepEqual([await readdir(join(state, "helper")), await readdir(join(state, "incoming"))], [[], []]);
});

test("ends a transport that only seeds, and leaves one alone that still brings its package", async (t) => {
	const { pusher, target, signal, state, folder } = await lab(t);
	const sha256 = sha256Of("content");
	await putProgram(folder, "fleetseed-agent", AGENT);
	const delivery: Delivery = {
		methods: ["agent"],
		torrent: async () => Buffer.from("torrent"),
		url: async () => "http://127.0.0.1:9/",
		rates: () => NO_LIMITS,
		heardBytes: () => 0,
		read: () => assert.fail(),
		helperFor: async () => null,
		sizeBytes: 7,
		onReached: () => undefined,
		onChosen: async () => undefined,
		stallMs: 20_000,
	};
	const clean = () => pusher.clean(target, { machine: "mill-03", keeping: { packages: [], jobs: [] } }, signal);
	const delivered = pusher.deliver(target, taskOf({ sha256 }), delivery, signal);
	const jobs = () => readdir(join(state, "jobs")).catch(() => []);
	await until(async () => (await jobs()).length === 1);
	const busy = await clean();
	assert.ok(busy.kind === "cleaned" && busy.busy === 1 && busy.jobs === 0);
	await mkdir(join(folder, "bytes.new"));
	await writeFile(join(folder, "bytes.new", sha256), "content");
	await rename(join(folder, "bytes.new"), join(folder, "bytes"));
	assert.equal((await delivered).outcome.kind, "delivered");
	const done = await clean();
	assert.ok(done.kind === "cleaned" && done.busy === 0 && done.jobs === 1);
	assert.deepEqual([await readdir(join(state, "incoming")), await jobs()], [[], []]);
});

test("a machine whose folder is not there yet has nothing to remove", async (t) => {
	const { pusher, target, signal } = await lab(t);
	const cleaned = await pusher.clean(target, { machine: "mill-03", keeping: { packages: [], jobs: [] } }, signal);
	const nothing = { kind: "cleaned", helpers: 0, packages: 0, jobs: 0, busy: 0, freedBytes: 0 };
	assert.deepEqual(cleaned, nothing);
});

test("prunes by itself after an install: old ended jobs and packages, not what is young, and not what runs", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nexit 0\n");
	const young = await stage(state, "young");
	const old = await stage(state, "old");
	const long = new Date(Date.now() - 31 * 86_400_000);
	const job = async (name: string, ...files: string[]) => {
		await mkdir(join(state, "jobs", name), { recursive: true });
		for (const file of files) await writeFile(join(state, "jobs", name, file), "");
		await utimes(join(state, "jobs", name), long, long);
	};
	await job("install-old-1-a", "result");
	await job("install-lost-1-b", "lock");
	await job("deliver-aaaaaaaaaaaaaaaa-1", "result");
	await job("deliver-bbbbbbbbbbbbbbbb-1", "result");
	await mkdir(join(state, "jobs", "deliver-bbbbbbbbbbbbbbbb-2"));
	const running = join(state, "jobs", "install-running-1-c");
	await job("install-running-1-c", "lock");
	const runner = spawn("flock", [
		"-F",
		join(running, "lock"),
		"sh",
		"-c",
		': > "$0"; exec sleep 60',
		join(running, "held"),
	]);
	t.after(() => runner.kill());
	await until(() => existsSync(join(running, "held")));
	await utimes(running, long, long);
	await utimes(join(state, "packages", old), long, long);
	await utimes(join(state, "packages", sha256), long, long);
	for (const [digest, isOld] of [
		["given-up", true],
		["under-way", false],
	] as const) {
		const folder = join(state, "incoming", digest);
		await mkdir(join(folder, "prefix"), { recursive: true });
		await writeFile(join(folder, "prefix", digest), "half of it");
		const all = isOld ? [join(folder, "prefix", digest), join(folder, "prefix"), folder] : [folder];
		for (const path of all) await utimes(path, long, long);
	}
	const task = taskOf({ sha256 });
	await pusher.install(target, task, signal);
	await until(async () => !(await readdir(join(state, "packages"))).includes(old));
	await until(async () => !(await readdir(join(state, "incoming"))).includes("given-up"));
	assert.deepEqual(await readdir(join(state, "incoming")), ["under-way"]);
	assert.deepEqual((await readdir(join(state, "packages"))).sort(), [sha256, young].sort());
	const jobs = [jobKey(task.ref), "install-running-1-c", "deliver-bbbbbbbbbbbbbbbb-1", "deliver-bbbbbbbbbbbbbbbb-2"];
	assert.deepEqual((await readdir(join(state, "jobs"))).sort(), jobs.sort());
	const again = await pusher.install(target, taskOf({ sha256 }, 1), signal);
	assert.equal(exitOf(again.outcome), 0);
	await rm(join(state, "jobs", jobKey(task.ref)), { recursive: true });
	const late = await pusher.install(target, task, signal);
	assert.equal(
		late.outcome.kind === "failed" && late.outcome.failure.code,
		"FS-INSTALL-FENCED",
		"a pruned job is late, too",
	);
});

test("looks for what is due once a day of a boot, and at once where jobs are too many", async (t) => {
	const { pusher, target, machine, folder, state, signal } = await lab(t);
	await putProgram(folder, "find", 'echo "$1" >> "$HOME/looks"\nexec /usr/bin/find "$@"');
	const sha256 = await stage(state, "#!/bin/sh\nexit 0\n");
	let attempt = 0;
	const looksAfter = async () => {
		const task = taskOf({ sha256 }, ++attempt);
		await pusher.install(target, task, signal);
		await until(async () => !(await commandLines()).some((line) => line.includes(jobKey(task.ref))));
		const looks = await readFile(join(folder, "looks"), "utf8").catch(() => "");
		return looks.split("\n").length - 1;
	};
	assert.equal(await looksAfter(), 0, "where there is but this job and its package nothing can be due");
	assert.deepEqual([await looksAfter(), await looksAfter()], [1, 1]);
	const [boot = "", up = ""] = (await readFile(join(state, "pruned"), "utf8")).split(" ");
	await writeFile(join(state, "pruned"), `${boot} ${Number(up) - 86_400}\n`);
	assert.deepEqual([await looksAfter(), await looksAfter()], [2, 2]);
	await machine.reboot();
	assert.deepEqual([await looksAfter(), await looksAfter()], [3, 3]);
});

test("keeps the newest 200 jobs of installs", async (t) => {
	const { pusher, target, state, signal } = await lab(t);
	const sha256 = await stage(state, "#!/bin/sh\nexit 0\n");
	const hourAgo = new Date(Date.now() - 3_600_000);
	for (let index = 0; index < 201; index++) {
		const job = join(state, "jobs", `install-other-1-${index}`);
		await mkdir(job, { recursive: true });
		await writeFile(join(job, "result"), "0 -\n");
		await utimes(job, hourAgo, hourAgo);
	}
	const task = taskOf({ sha256 });
	await pusher.install(target, task, signal);
	const jobs = () => readdir(join(state, "jobs"));
	await until(async () => (await jobs()).length === 200);
	assert.ok((await jobs()).includes(jobKey(task.ref)));
});

test("keeps 10 GiB of packages for their month, and what comes beyond that, the oldest first, for a day", async (t) => {
	const { pusher, target, folder, state, signal } = await lab(t);
	await putProgram(folder, "du", 'for last; do :; done; printf "4194304\\t%s\\n" "$last"');
	const sha256 = await stage(state, "#!/bin/sh\nexit 0\n");
	// Of that size as far as anybody asks the file system, though not on the disk.
	const names = [];
	for (const days of [0.5, 2, 3, 4]) {
		const name = await stage(state, `${days} days`);
		await truncate(join(state, "packages", name), 4 * 2 ** 30);
		const at = new Date(Date.now() - days * 86_400_000);
		await utimes(join(state, "packages", name), at, at);
		names.push(name);
	}
	await pusher.install(target, taskOf({ sha256 }), signal);
	const kept = [sha256, ...names.slice(0, 1)].sort();
	await until(async () => (await readdir(join(state, "packages"))).length <= 2);
	assert.deepEqual((await readdir(join(state, "packages"))).sort(), kept);
});
