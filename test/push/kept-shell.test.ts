import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { keptShell, script } from "../../src/push/commands/script.ts";
import { KeptAnswer } from "../../src/push/kept-answer.ts";
import { framed } from "../../src/push/scripts/kept-shell.ts";
import { Session } from "../../src/push/session.ts";
import { lab } from "./lab.ts";
import { until } from "./until.ts";

const WORD = "0123456789abcdef0123456789abcdef";

async function machineWithSession(t: TestContext) {
	const all = await lab(t);
	const session = await Session.connect(all.target, all.signal);
	assert.ok(session instanceof Session);
	t.after(() => session.stop());
	const run = (text: string, words: readonly string[] = [], options = {}) =>
		session.runScript(script(text, ...words), {
			timeoutMs: 10_000,
			maxOutputBytes: 1_000,
			signal: all.signal,
			...options,
		});
	return { ...all, session, run };
}

test("one shell runs script after script, each with its own words and as if it were the first", async (t) => {
	const { machine, run } = await machineWithSession(t);
	const words = ["a b", "'$(id)'", "", "-n", "über\n", "`x`\\"];
	const echoed = await run('cd / && set -u && umask 077 && x=left; printf "<%s>" "$@"; echo no >&2; exit 44', words);
	assert.ok(echoed.kind === "ran");
	assert.deepEqual(
		[echoed.exitCode, `${echoed.stdout}`, `${echoed.stderr}`],
		[44, words.map((word) => `<${word}>`).join(""), "no"],
	);
	const clean = await run('echo "$#$x"; [ "$(pwd)" != / ] && umask; cat; echo "$undefined"');
	assert.ok(clean.kind === "ran");
	assert.deepEqual([clean.exitCode, `${clean.stdout}`, `${clean.stderr}`], [0, "0\n0022\n\n", ""]);
	const bytes = await run("printf '\\000\\377%s\\n\\n' \"$1\"", ["x".repeat(2_000)]);
	assert.ok(bytes.kind === "ran");
	assert.deepEqual(bytes.stdout, Buffer.concat([Buffer.from([0, 255]), Buffer.alloc(998, "x")]));
	assert.deepEqual([machine.commands, machine.scripts], [1, 3]);
});

test("what is asked at the same time has a shell of its own, which stays too", async (t) => {
	const { machine, folder, run } = await machineWithSession(t);
	const waiting = run("while [ ! -e ~/go ]; do sleep 0.02; done; echo waited");
	const meanwhile = await run("echo meanwhile");
	assert.equal(meanwhile.kind === "ran" && `${meanwhile.stdout}`, "meanwhile\n");
	await writeFile(join(folder, "go"), "");
	assert.equal((await waiting).kind, "ran");
	await Promise.all([run("echo"), run("echo")]);
	assert.equal(machine.commands, 2);
});

test("a script that is given up takes its shell with it, and the next one has another", async (t) => {
	const { machine, run } = await machineWithSession(t);
	const slow = await run("sleep 20; echo late", [], { timeoutMs: 100 });
	assert.equal(slow.kind === "failed" && slow.failure.code, "FS-SSH-COMMAND-TIMEOUT");
	const next = await run("echo next");
	assert.equal(next.kind === "ran" && `${next.stdout}`, "next\n");
	assert.equal(machine.commands, 2);
});

test("a script that answers without an end is given up long before its time, and the next one has another shell", async (t) => {
	const { machine, run } = await machineWithSession(t);
	const full = await run("head -c 1000000 /dev/zero; exit 3");
	assert.deepEqual([full.kind === "ran" && full.exitCode, full.kind === "ran" && full.stdout.length], [3, 1_000]);
	const endless = await run("yes", [], { timeoutMs: 30_000 });
	assert.equal(endless.kind === "failed" && endless.failure.code, "FS-SSH-FLOOD");
	const next = await run("echo next");
	assert.equal(next.kind === "ran" && `${next.stdout}`, "next\n");
	assert.equal(machine.commands, 2);
});

test("a shell that is killed in the middle of a script is told as such, one that rests is replaced", async (t) => {
	const { run } = await machineWithSession(t);
	const killed = await run("echo begun; echo why >&2; kill -9 $$");
	assert.ok(killed.kind === "ran", JSON.stringify(killed));
	assert.deepEqual([killed.exitCode ?? 137, `${killed.stdout}`], [137, "begun\n"]);
	const rested = await run("echo $$; (sleep 0.2; kill -9 $$) >/dev/null 2>&1 &");
	assert.ok(rested.kind === "ran");
	await until(async () => !(await readdir("/proc")).includes(`${rested.stdout}`.trim()));
	await until(async () => {
		const next = await run("echo next");
		return next.kind === "ran" && `${next.stdout}` === "next\n";
	});
});

test("neither a script nor a word of it is in the list of processes", async (t) => {
	const { folder, run } = await machineWithSession(t);
	const running = run(": > ~/begun; while [ ! -e ~/go ]; do sleep 0.02; done # remark-of-ours", ["password-of-theirs"]);
	await until(async () => (await readdir(folder)).includes("begun"));
	const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")));
	await writeFile(join(folder, "go"), "");
	assert.equal((await running).kind, "ran");
	assert.ok(
		lines.some((line) => line.includes("unset TMOUT")),
		"the shell itself is there",
	);
	assert.deepEqual(
		lines.filter((line) => /password-of-theirs|remark-of-ours/.test(line)),
		[],
	);
});

test("of a script that arrives cut short nothing is run, wherever the cut is", async (t) => {
	const { folder, signal, session } = await machineWithSession(t);
	const text = framed(WORD, ': > ~/ran; echo "$1"');
	const hear = (heard: string) =>
		session.run(keptShell(), {
			timeoutMs: 10_000,
			maxOutputBytes: 1_000,
			signal,
			stdin: Buffer.from(`${WORD}\n${heard}`),
		});
	for (const end of [":", ";", "\n#", WORD]) {
		const ran = await hear(text.slice(0, text.lastIndexOf(end)));
		assert.deepEqual(
			ran.kind === "ran" && [ran.exitCode, `${ran.stdout}`, `${ran.stderr}`],
			[0, "", ""],
			`before ${end}`,
		);
	}
	await hear(text.slice(0, -1));
	assert.equal((await readdir(folder)).includes("ran"), false);
	await hear(text);
	assert.equal((await readdir(folder)).includes("ran"), true);
});

test("an answer is read wherever its chunks end", () => {
	const bytes = Buffer.from(`out${WORD.slice(0, 9)}put${WORD} 3\nsaid\n${WORD}\n`);
	for (let at = 1; at < bytes.length; at++) {
		const answer = new KeptAnswer(WORD, 1_000);
		assert.equal(answer.add(bytes.subarray(0, at)), null);
		const ran = answer.add(bytes.subarray(at));
		assert.ok(ran, `cut at ${at}`);
		const { exitCode, stdout, stderr } = ran;
		assert.deepEqual([exitCode, `${stdout}`, `${stderr}`], [3, `out${WORD.slice(0, 9)}put`, "said\n"]);
	}
	for (const size of [1, 5, WORD.length - 1, WORD.length, WORD.length + 1]) {
		const answer = new KeptAnswer(WORD, 1_000);
		const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
			bytes.subarray(at * size, (at + 1) * size),
		);
		const ran = chunks.map((chunk) => answer.add(chunk)).at(-1);
		assert.equal(`${ran?.stdout}`, `out${WORD.slice(0, 9)}put`, `in pieces of ${size}`);
	}
	const broken = new KeptAnswer(WORD, 1_000);
	broken.add(Buffer.from("a short one"));
	assert.equal(`${broken.rest()}`, "a short one");
});

test("a machine that knows the word and goes on after it is no answer, either", () => {
	const answer = new KeptAnswer(WORD, 1_000);
	const stderr = "x".repeat(4 * 4_096);
	assert.equal(answer.add(Buffer.from(`${WORD} 0\n${stderr}`)), null);
	assert.ok(!answer.isFlooded);
	for (let sent = 0; sent < 2 ** 20 && !answer.isFlooded; sent += stderr.length) answer.add(Buffer.from(stderr));
	assert.ok(answer.isFlooded);
});
