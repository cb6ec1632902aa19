import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StateLock } from "../../src/record/state-lock.ts";

test("one process holds a state folder; SIGKILL gives it free, and nothing stale is left behind", async () => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-lock-"));
	const file = join(folder, "daemon.lock");
	const module = new URL("../../src/record/state-lock.ts", import.meta.url).href;
	const script = `
		import { StateLock } from ${JSON.stringify(module)};
		const lock = StateLock.take(${JSON.stringify(file)});
		process.stdout.write(lock ? "mine" : "taken");
		setInterval(() => lock, 1000);`;
	const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const [said] = await once(holder.stdout, "data");
	assert.equal(String(said), "mine");
	assert.equal(StateLock.take(file), null);
	holder.kill("SIGKILL");
	await once(holder, "exit");
	const lock = StateLock.take(file);
	assert.ok(lock);
	lock.release();
	lock.release();
	await rm(folder, { recursive: true });
});
