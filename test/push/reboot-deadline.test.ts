import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { putProgram } from "./lab.ts";
import { codeOf, never, rebootLab, requests } from "./reboot-lab.ts";

/** Enough for a reboot on a busy host; tests that wait for its end run side by side. */
const SHORT_MS = 5_000;

suite("at the deadline", { concurrency: true }, () => {
	test("tells a machine that never comes back, with what was seen last", async (t) => {
		const { machine, target, reboot } = await rebootLab(t, { whileDown: never });
		const outcome = await reboot({ withinMs: SHORT_MS });
		assert.deepEqual(outcome, {
			kind: "failed",
			failure: {
				code: "FS-REBOOT-TIMEOUT",
				detail: `mill-03: it did not come back in time: nothing listens for SSH (deploy@127.0.0.3:${target.port})`,
			},
		});
		assert.equal(machine.boots, 1);
	});

	test("tells a machine that took the request and did nothing", async (t) => {
		const { folder, reboot, machine } = await rebootLab(t);
		await putProgram(folder, "shutdown", `echo once >> "$HOME/asked"`);
		assert.equal(codeOf(await reboot({ withinMs: SHORT_MS })), "FS-REBOOT-TIMEOUT");
		assert.equal(await readFile(join(folder, "asked"), "utf8"), "once\n");
		assert.equal(machine.boots, 1);
	});

	test("tells a test that never passes, with its exit code", async (t) => {
		const { machine, reboot } = await rebootLab(t);
		const outcome = await reboot({ testCommand: "exit 3", withinMs: SHORT_MS });
		assert.deepEqual(outcome, {
			kind: "failed",
			failure: {
				code: "FS-REBOOT-TEST",
				detail: "mill-03: it is back, but the time is over: reboot.test_command exits with 3",
			},
		});
		assert.equal(machine.boots, 2);
	});

	test("a test that hangs is told as one, on a machine that is back", async (t) => {
		const { reboot } = await rebootLab(t);
		const outcome = await reboot({ testCommand: "exec sleep 20", withinMs: SHORT_MS });
		assert.equal(codeOf(outcome), "FS-REBOOT-TEST");
	});

	test("a test that has passed before the reboot proves nothing", async (t) => {
		const { folder, reboot } = await rebootLab(t);
		await putProgram(folder, "shutdown", "exit 0");
		assert.equal(codeOf(await reboot({ testCommand: "touch ran", withinMs: SHORT_MS })), "FS-REBOOT-TIMEOUT");
		assert.ok(!(await readdir(folder)).includes("ran"));
	});
});

test("asks for nothing once the deadline has passed", async (t) => {
	const { folder, reboot } = await rebootLab(t);
	assert.equal(codeOf(await reboot({ withinMs: -1 })), "FS-REBOOT-TIMEOUT");
	assert.deepEqual(await requests(folder), []);
});
