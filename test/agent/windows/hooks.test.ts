import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runHooked } from "../../../src/agent/windows/hooks.ts";
import { OutputFiles } from "../../../src/agent/windows/output-files.ts";
import { runScript } from "../../../src/agent/windows/powershell.ts";
import { windowsFolder } from "./windows-folder.ts";

/** A stand-in for PowerShell reads scripts as sh does. */
async function windows(t: TestContext): Promise<string> {
	const folder = await windowsFolder(t);
	const powershell = '#!/bin/sh\nfor file; do :; done\ntail -c +4 "$file" > "$file.sh" && . "$file.sh"\n';
	await writeFile(join(folder, "System32", "WindowsPowerShell\\v1.0\\powershell.exe"), powershell, { mode: 0o755 });
	return folder;
}

const NO_HOOKS = { preInstall: "", postInstall: "", onFailure: "" };

async function runWith(t: TestContext, hooks: Partial<typeof NO_HOOKS>, timeoutMs: number, exitCode = 0) {
	const output = new OutputFiles(await windows(t));
	t.after(() => output.close());
	const given: number[] = [];
	const job = { hooks: { ...NO_HOOKS, ...hooks }, success: [0], about: { name: "till", version: "1" }, timeoutMs };
	const run = async (leftMs: number) => {
		given.push(leftMs);
		return { exitCode, marker: "-" };
	};
	return { ended: await runHooked(job, { output, run }), given, said: output.totalBytes };
}

test("a script that leaves something running is not waited for longer than its output takes", async (t) => {
	await windows(t);
	const begunAt = performance.now();
	assert.deepEqual(await runScript("sleep 8 & echo said; exit 3", 60_000), { exitCode: 3, said: "said\n" });
	assert.ok(performance.now() - begunAt < 6_000);
});

test("hooks and installer have the job's time together", async (t) => {
	const { ended, given } = await runWith(t, { preInstall: "sleep 0.5" }, 20_000);
	assert.deepEqual(ended, { exitCode: 0, marker: "-" });
	assert.ok(given[0] !== undefined && given[0] < 19_600 && given[0] > 10_000, String(given));
});

test("a hook that takes all of it is a timeout, and nothing is run after it", async (t) => {
	const { ended, given, said } = await runWith(t, { preInstall: "exec sleep 30", onFailure: "echo bye" }, 400);
	assert.equal(ended.marker, "timeout");
	assert.deepEqual([given, said], [[], 0]);
});

test("21 of pre_install is later, and nothing has failed", async (t) => {
	const { ended, given, said } = await runWith(t, { preInstall: "exit 21", onFailure: "echo bye" }, 20_000);
	assert.deepEqual([ended, given, said], [{ exitCode: 21, marker: "later" }, [], 0]);
});

test("an installer that fails is followed by on_failure, and a post_install that fails by it too", async (t) => {
	const onFailure = 'printf %s "$FLEETSEED_EXIT"';
	const failed = await runWith(t, { onFailure }, 20_000, 1603);
	assert.deepEqual([failed.ended, failed.said], [{ exitCode: 1603, marker: "-" }, 4]);
	const after = await runWith(t, { onFailure, postInstall: "exit 12" }, 20_000);
	assert.deepEqual([after.ended, after.said], [{ exitCode: 12, marker: "post_install" }, 2]);
});
