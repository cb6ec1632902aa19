import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { notifySystemd, statusWriter } from "../../src/daemon/notify-systemd.ts";

const PATIENCE_MS = 20_000;
const { PATH, NOTIFY_SOCKET } = process.env;
let folder = "";

/** In place of systemd's helper one that writes down what it was told. */
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-notify-systemd-"));
	const program = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${join(folder, "told")}'\n`;
	await writeFile(join(folder, "systemd-notify"), program, { mode: 0o755 });
	process.env.PATH = `${folder}:${PATH}`;
	process.env.NOTIFY_SOCKET = "/run/systemd/notify";
});
beforeEach(() => writeFile(join(folder, "told"), ""));
after(async () => {
	process.env.PATH = PATH;
	if (NOTIFY_SOCKET === undefined) delete process.env.NOTIFY_SOCKET;
	else process.env.NOTIFY_SOCKET = NOTIFY_SOCKET;
	await rm(folder, { recursive: true });
});

async function told(): Promise<readonly string[]> {
	return (await readFile(join(folder, "told"), "utf8")).split("\n").slice(0, -1);
}

test("systemd is told in one message what it is told at once", async () => {
	await notifySystemd("STOPPING=1", "STATUS=waits for steps in flight");
	assert.deepEqual(await told(), ["STOPPING=1 STATUS=waits for steps in flight"]);
});

test("the first sentence goes at once, of many in a second one, and the last one gets through", async () => {
	const write = statusWriter();
	for (let each = 1; each <= 50; each += 1) write(`waits for machine ${each}`);
	for (let each = 51; each <= 60; each += 1) {
		await wait(5);
		write(`waits for machine ${each}`);
	}
	const until = performance.now() + PATIENCE_MS;
	while ((await told()).at(-1) !== "STATUS=waits for machine 60" && performance.now() < until) await wait(20);
	assert.deepEqual(await told(), ["STATUS=waits for machine 50", "STATUS=waits for machine 60"]);
});

test("what a person or a machine said stays within the sentence, and is no variable of its own", async () => {
	statusWriter()("paused by eve: lunch\nWATCHDOG=trigger\u0000\r\nMAINPID=1");
	const until = performance.now() + PATIENCE_MS;
	while ((await told()).length === 0 && performance.now() < until) await wait(20);
	assert.deepEqual(await told(), ["STATUS=paused by eve: lunch\\nWATCHDOG=trigger\\u{0}\\u{d}\\nMAINPID=1"]);
});

test("a sentence without an end is cut off, and no reason not to be told", async () => {
	statusWriter()("w".repeat(200_000));
	const until = performance.now() + PATIENCE_MS;
	while ((await told()).length === 0 && performance.now() < until) await wait(20);
	assert.deepEqual(await told(), [`STATUS=${"w".repeat(2_000)}...`]);
});

test("where no systemd waits for it nobody is told", async () => {
	const { NOTIFY_SOCKET: socket } = process.env;
	delete process.env.NOTIFY_SOCKET;
	await notifySystemd("READY=1");
	process.env.NOTIFY_SOCKET = socket;
	assert.deepEqual(await told(), []);
});
