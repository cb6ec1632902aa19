import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { appendPackage } from "../../src/push/commands/append-package.ts";
import { awaitTransport } from "../../src/push/commands/await-transport.ts";
import { followJob } from "../../src/push/commands/follow-job.ts";
import { inspect } from "../../src/push/commands/inspect.ts";
import { lookAfterBoot } from "../../src/push/commands/look-after-boot.ts";
import { readDeliveryFacts } from "../../src/push/commands/read-delivery-facts.ts";
import { readFacts } from "../../src/push/commands/read-facts.ts";
import { receiveHelper } from "../../src/push/commands/receive-helper.ts";
import { requestReboot } from "../../src/push/commands/request-reboot.ts";
import { startJob } from "../../src/push/commands/start-job.ts";
import { startTransport } from "../../src/push/commands/start-transport.ts";
import { stopJob } from "../../src/push/commands/stop-job.ts";
import { jobJson, startWords } from "../../src/push/job.ts";
import { SHIM } from "../../src/push/scripts/job.ts";
import { HOOK, TRANSPORT } from "../../src/push/scripts/transport.ts";
import { NO_LIMITS } from "./lab.ts";

/** The whole argv, its fixed script checked against that of other data and shown as SCRIPT. */
function shown(argv: readonly string[], other: readonly string[]): readonly string[] {
	assert.equal(argv[2], other[2], "the script is the same whatever the data");
	return argv.map((word, index) => (index === 2 ? "SCRIPT" : word));
}

const SH = ["/bin/sh", "-c", "SCRIPT", "fleetseed"];

test("every command is a fixed script, with the data as its parameters", () => {
	assert.deepEqual(shown(followJob("key", 60), followJob("other", 1)), [...SH, "key", "60"]);
	assert.deepEqual(shown(stopJob("key"), stopJob("other")), [...SH, "key"]);
	assert.deepEqual(shown(readDeliveryFacts("aa"), readDeliveryFacts("bb")), [...SH, "aa"]);
	assert.deepEqual(shown(awaitTransport("aa", "key", 9), awaitTransport("bb", "k", 1)), [...SH, "aa", "key", "9"]);
});

test("reboots and looks at machines are fixed scripts too", () => {
	const request = { bootId: "id", sparesUsers: true, message: "it's time" };
	const other = { bootId: "other", sparesUsers: false, message: "" };
	assert.deepEqual(shown(requestReboot(request), requestReboot(other)), [...SH, "id", "users", "it's time"]);
	assert.deepEqual(requestReboot(other).slice(4), ["other", "", ""]);
	const look = lookAfterBoot("id", { command: "test '$x'", seconds: 60 });
	assert.deepEqual(shown(look, lookAfterBoot("other", { command: "", seconds: 1 })), [...SH, "id", "60", "test '$x'"]);
	assert.deepEqual(shown(readFacts(), readFacts()), SH);
});

test("inspect gives three words a rule", () => {
	const argv = inspect("key", "aa", [
		{ type: "package", name: "sl", version: "5.02" },
		{ type: "file", path: "~/a b", sha256: "bb" },
		{ type: "file", path: "/etc/x" },
		{ type: "script", script: "test -e '$x'" },
	]);
	const rules = ["package", "sl", "", "file", "~/a b", "sha256", "file", "/etc/x", "", "script", "test -e '$x'", ""];
	assert.deepEqual(shown(argv, inspect("k", "s", [])), [...SH, "key", "aa", ...rules]);
});

const JOB = { act: { program: "true", words: ["a 'b'"] }, timeoutMs: 1_500, staged: "aa" };
const PROGRAM_SHA256 = "b5bea41b6c623f7c09f1bf24dcae58ebab3c0cdd90ad966bc43a45b44867e12b";

test("a job is started by its key, with the shim and its program beside their digests and what it is", () => {
	const shim = createHash("sha256").update(SHIM).digest("hex");
	const words = ["key", shim, SHIM, PROGRAM_SHA256, "true", jobJson(JOB), "60"];
	const other = startJob("other", { ...JOB, timeoutMs: 1 }, 1);
	assert.deepEqual(shown(startJob("key", JOB, 60), other), [...SH, ...words]);
});

test("a job is JSON with a line for each value, with whole seconds, at least one", () => {
	const members = ['"version": 1', '"seconds": 2', '"staged": "aa"', `"program": "${PROGRAM_SHA256}"`];
	for (const member of members) assert.ok(jobJson(JOB).includes(`\n\t${member},\n`), member);
	assert.ok(jobJson(JOB).endsWith('\n\t"words": [\n\t\t"a \'b\'"\n\t]\n}\n'));
	assert.equal(JSON.parse(jobJson({ ...JOB, timeoutMs: 1 })).seconds, 1);
	for (const word of ["\0", "\r", "\u001b", "\u009b"])
		assert.throws(() => jobJson({ ...JOB, act: { program: "", words: [word] } }), RangeError);
});

test("a transport outlives its seeding by a day at most", () => {
	const rates = { up: 1_000, down: 2_500.5 };
	const argv = startTransport({ sha256: "aa", sizeBytes: 7, method: "aria2c", seedSeconds: 600, rates });
	const helper = { method: "helper", helper: "cc", rates: NO_LIMITS } as const;
	const other = startTransport({ sha256: "bb", sizeBytes: 7, seedSeconds: 1, ...helper });
	const act = { program: TRANSPORT, words: ["aa", "aria2c", "600", "7", "", "1000", "2501"] };
	const job = { act, timeoutMs: 87_000_000 };
	const words = ["aa", "aria2c", HOOK, jobJson(job), ...startWords(job)];
	assert.deepEqual(shown(argv, other), [...SH, ...words]);
});

test("packages and helpers come on stdin of fixed scripts", () => {
	const append = appendPackage({ sha256: "aa", offsetBytes: 3, sizeBytes: 7 });
	const other = appendPackage({ sha256: "bb", offsetBytes: 0, sizeBytes: 1 });
	assert.deepEqual(shown(append, other), [...SH, "aa", "3", "7"]);
	assert.deepEqual(shown(receiveHelper("aa", 7), receiveHelper("bb", 1)), [...SH, "aa", "7"]);
});

test("aria2c is kept from everything but our tracker and the peers that it names", () => {
	for (const word of [
		"--no-conf",
		"--enable-dht=false",
		"--enable-dht6=false",
		"--enable-peer-exchange=false",
		"--bt-enable-lpd=false",
	]) {
		assert.ok(TRANSPORT.includes(` ${word} `), word);
	}
});
