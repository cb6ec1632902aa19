import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { pino } from "pino";
import { ApiServer } from "../../src/console/api/server.ts";
import { outputRow } from "../../src/console/output-row.ts";
import type { OutputQuery } from "../../src/record/journal.ts";
import { MAIN } from "./command-line.ts";
import { furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

test("who follows all machines' outputs is told of each once, also after the daemon was started again", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-logs-"));
	const socketPath = join(folder, "api.sock");
	const cockpit = new MemoryCockpit();
	const { desks, journal } = furnish(folder, cockpit);
	cockpit.outputs = async (query: OutputQuery) => journal.outputs(query).map(outputRow);
	const serve = async () => {
		const server = new ApiServer({ desks, socketPath, tcp: null, log: pino({ level: "silent" }) });
		await server.start();
		return server;
	};
	const print = (machine: string) =>
		journal.keepOutput({
			...{ machine, rollout: "r", package: "app", attempt: 1, kind: "install" },
			...{ at: 0, head: "\u001b[2J", tail: "", totalBytes: 4 },
		});
	let server = await serve();
	print("mill-01");
	const child = spawn(process.execPath, [MAIN, "--socket", socketPath, "logs", "-f"], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	t.after(async () => {
		child.kill();
		await server.stop();
		journal.close();
		await rm(folder, { recursive: true });
	});
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const next = async () => [(await lines.next()).value, (await lines.next()).value];
	const complaint = once(child.stderr, "data");
	assert.deepEqual(await next(), told("mill-01"));
	print("mill-02");
	assert.deepEqual(await next(), told("mill-02"));
	await server.stop();
	assert.match(String(await complaint), /FS-DAEMON-DOWN/);
	print("mill-01");
	print("mill-03");
	server = await serve();
	assert.deepEqual(await next(), told("mill-01"));
	assert.deepEqual(await next(), told("mill-03"));
});

function told(machine: string): readonly string[] {
	return [`--- 1970-01-01T00:00:00.000Z ${machine} install app, attempt 1, 4 bytes`, "\\u{1b}[2J"];
}
