import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { commandLine, MAIN, run } from "./command-line.ts";

const line = commandLine();
const LINES = 3_000;

beforeEach(() => {
	const { furnished } = line;
	const excluded = { kind: "MachineExcluded", machine: "mill", by: "eve", reason: "r".repeat(200) } as const;
	if (furnished?.journal.lastSeq() === 0)
		furnished.record(Array.from({ length: LINES }, (_, at) => ({ ...excluded, at })));
});

/** Runs `audit export` in a shell, with what comes after it. */
function exported(then: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
	const command = `'${process.execPath}' '${MAIN}' --socket '${line.socketPath}' audit export`;
	const env = { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" };
	return promisify(execFile)("/bin/sh", ["-c", `{ ${command}; echo "code $?" >&2; } ${then}`], { env });
}

test("a long export is whole, line by line", async () => {
	const { stdout, stderr } = await exported("| wc -l");
	assert.deepEqual([stdout.trim(), stderr], [String(LINES), "code 0\n"]);
});

test("who has read the first line of a long export ends it, and nothing complains", async () => {
	for (const reader of ["| head -1", "| { sleep 0.5; head -c 1; }", "| true"])
		assert.equal((await exported(reader)).stderr, "code 0\n", reader);
});

test("an answer that cannot be written is told in a sentence, and is bad news", async (t) => {
	if (!existsSync("/dev/full")) return t.skip("no /dev/full");
	const { stderr } = await exported("> /dev/full");
	assert.equal(stderr, "the answer cannot be written: ENOSPC: no space left on device, write\ncode 1\n");
});

test("a daemon that stops in the middle of an export is one that does not answer", async (t) => {
	const server = createServer((_, reply) => {
		reply.writeHead(200, { "content-length": "1000" }).write("{}\n", () => reply.destroy());
	}).listen(line.deadSocketPath);
	await once(server, "listening");
	t.after(() => server.close());
	const { out, err, code } = await run(["--socket", line.deadSocketPath, "audit", "export"]);
	assert.deepEqual([out, code], ["{}\n", 3]);
	assert.match(err, /^the daemon does not answer on .* \(FS-DAEMON-DOWN\)\n/);
});
