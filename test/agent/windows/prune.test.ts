import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { clean } from "../../../src/agent/windows/clean.ts";
import { prune } from "../../../src/agent/windows/prune.ts";
import { startJob } from "../../../src/agent/windows/start-job.ts";
import type { ShimJob } from "../../../src/model/shim.ts";
import { windowsFolder } from "./windows-folder.ts";

const GIB = 2 ** 30;

async function stateOf(t: TestContext) {
	const state = await windowsFolder(t);
	for (const folder of ["jobs", "packages", "helper"]) await mkdir(join(state, folder));
	const age = async (path: string, days: number) => {
		const at = new Date(Date.now() - days * 86_400_000);
		await utimes(join(state, path), at, at);
	};
	const job = async (key: string, days: number, pipe = "/nowhere") => {
		await mkdir(join(state, "jobs", key, "started"), { recursive: true });
		await writeFile(join(state, "jobs", key, "job.json"), JSON.stringify({ pipe }));
		if (pipe === "/nowhere") await writeFile(join(state, "jobs", key, "result"), "0 - -\n");
		await age(`jobs/${key}`, days);
	};
	const file = async (path: string, days: number, bytes = 1) => {
		await writeFile(join(state, path), "");
		await truncate(join(state, path), bytes);
		await age(path, days);
	};
	return { state, age, job, file, names: async (folder: string) => (await readdir(join(state, folder))).sort() };
}

test("on Windows, too, ended jobs go after a month or when they are many, and none that runs", async (t) => {
	const { state, job, names } = await stateOf(t);
	const pipe = join(state, "pipe");
	const runner = createServer((socket) => socket.destroy()).listen(pipe);
	await once(runner, "listening");
	t.after(() => runner.close());
	await job("running", 90, pipe);
	await job("old", 31);
	for (let index = 0; index < 201; index += 1) await job(`young-${String(index).padStart(3, "0")}`, index / 100);
	await prune();
	const left = await names("jobs");
	assert.deepEqual([left.length, left[0], left.at(-1)], [201, "running", "young-199"]);
});

test("on Windows, too, packages go after a month, and the oldest sooner beyond 10 GiB, with all their names", async (t) => {
	const { file, age, state, names } = await stateOf(t);
	const [old, large, larger, used] = ["a", "b", "c", "d"].map((letter) => letter.repeat(64));
	await file(`packages/${old}`, 31);
	await file(`packages/${old}.msi`, 2);
	await file(`packages/${large}`, 3, 6 * GIB);
	await file(`packages/${large}.exe`, 3);
	await file(`packages/${larger}`, 2, 6 * GIB);
	await file(`packages/${used}`, 0, 2 * GIB);
	await mkdir(join(state, "incoming"));
	await file("incoming/given-up", 31);
	await file("incoming/under-way", 29);
	for (const [helper, days] of [
		["e", 31],
		["f", 1],
	] as const) {
		await mkdir(join(state, "helper", helper));
		await age(`helper/${helper}`, days);
	}
	await prune();
	assert.deepEqual(await names("packages"), [larger, used]);
	assert.deepEqual(await names("incoming"), ["under-way"]);
	assert.deepEqual(await names("helper"), ["f"]);
});

test("on Windows, too, a job that was pruned does not start once more, and one that is late leaves nothing", async (t) => {
	const { state, names } = await stateOf(t);
	const job = (attempt: number): ShimJob => ({
		fence: { of: "a", run: 1, attempt },
		staged: null,
		timeoutMs: 1_000,
		maxOutputBytes: null,
		words: ["", "", "1", "nothing.exe"],
		quoting: "argv",
		hooks: { preInstall: "", postInstall: "", onFailure: "" },
		success: [0],
		about: { name: "till", version: "1" },
	});
	assert.deepEqual([await startJob("one", job(1)), await startJob("one", job(1))], ["yes\n", "no\n"]);
	await rm(join(state, "jobs", "one"), { recursive: true });
	assert.equal(await startJob("one", job(1)), "fenced\n");
	assert.equal(await startJob("two", job(2)), "yes\n");
	assert.equal(await startJob("late", job(1)), "fenced\n");
	assert.deepEqual(await names("jobs"), ["two"]);
	await writeFile(join(state, "jobs", "two", "result"), "0 - -\n");
	await clean({ packages: [], jobs: [] });
	assert.equal(await startJob("late", job(1)), "yes\n", "a machine that was cleaned refuses nothing");
});
