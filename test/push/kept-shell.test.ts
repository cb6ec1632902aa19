import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { keptShell, script } from "../../src/push/commands/script.ts";
import { KeptAnswer } from "../../src/push/kept-answer.ts";
import { KeptShell } from "../../src/push/kept-shell.ts";
import { quote } from "../../src/push/quote.ts";
import type { Ran } from "../../src/push/ran.ts";
import { framed } from "../../src/push/scripts/kept-shell.ts";
import { Session } from "../../src/push/session.ts";
import { lab, putProgram } from "./lab.ts";
import { until } from "./until.ts";

const WORD = "0123456789abcdef0123456789abcdef";

const answered = (said: number) => `${said}\n${WORD} 0\n${WORD}\n`;

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
	/** What a shell does that hears the word, then this, then nothing more. */
	const hear = (heard: string) =>
		session.run(keptShell(), {
			timeoutMs: 10_000,
			maxOutputBytes: 1_000,
			signal: all.signal,
			stdin: Buffer.from(`${WORD}\n${heard}`),
		});
	return { ...all, session, run, hear };
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
	const both = await Promise.all([run("sleep 0.1; echo a"), run("echo b")]);
	assert.deepEqual(
		both.map((ran) => ran.kind === "ran" && `${ran.stdout}`),
		["a\n", "b\n"],
	);
	assert.equal(machine.commands, 2);
});

test("a script that is given up takes its shell with it, and the next one has another", async (t) => {
	const { machine, run } = await machineWithSession(t);
	const asMany = Array.from({ length: 10 });
	// As many as sshd permits sessions: all are there at once, then rest.
	await Promise.all(asMany.map(() => run("echo >> ~/begun; while [ $(wc -l < ~/begun) -lt 10 ]; do sleep 0.02; done")));
	const slow = await Promise.all(asMany.map(() => run("sleep 20; echo late", [], { timeoutMs: 100 })));
	for (const each of slow) assert.equal(each.kind === "failed" && each.failure.code, "FS-SSH-COMMAND-TIMEOUT");
	const next = await run("echo next");
	assert.equal(next.kind === "ran" && `${next.stdout}`, "next\n");
	assert.equal(machine.commands, asMany.length + 1);
});

test("a script that is given up before its shell is there is never run", async (t) => {
	const { folder, run } = await machineWithSession(t);
	const over = new AbortController();
	const early = run(": > ~/ran", [], { signal: over.signal });
	// The session has been asked for, and its answer takes longer.
	await setImmediate();
	over.abort();
	assert.equal((await early).kind, "failed");
	await Promise.all([run("sleep 0.1"), run("sleep 0.1")]);
	assert.equal((await readdir(folder)).includes("ran"), false);
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
	const { run, session, signal } = await machineWithSession(t);
	const killed = await run("echo begun; echo why >&2; kill -9 $$");
	assert.ok(killed.kind === "ran", JSON.stringify(killed));
	assert.deepEqual([killed.exitCode ?? 137, `${killed.stdout}`], [137, "begun\n"]);
	// Of a program of its own: a subshell of dash's would keep the answer from its end.
	const rested = await run(`echo $$; sh -c "sleep 0.2; kill -9 $$" >/dev/null 2>&1 &`);
	assert.ok(rested.kind === "ran" && rested.exitCode === 0);
	await until(async () => !(await readdir("/proc")).includes(`${rested.stdout}`.trim()));
	// By its answer the news of the shell's end is here.
	await session.run(["true"], { timeoutMs: 10_000, maxOutputBytes: 1_000, signal });
	const next = await run("echo next");
	assert.equal(next.kind === "ran" && `${next.stdout}`, "next\n");
});

test("a shell that goes without a word has not run the script, whatever it exits with", async (t) => {
	const { folder, run } = await machineWithSession(t);
	await putProgram(folder, "head", "exit 0");
	const gone = await run("echo never");
	assert.deepEqual(gone.kind === "ran" && [gone.exitCode, `${gone.stdout}`], [undefined, ""]);
});

test("of a script whose channel closes without an exit status it is not known what became", async () => {
	const channel = Object.assign(new PassThrough(), { stderr: new PassThrough(), close: () => undefined });
	const told: (Ran | null | string)[] = [];
	new KeptShell().begin(channel as unknown as ClientChannel, null, {
		text: "echo",
		maxOutputBytes: 1_000,
		answered: () => told.push("answered"),
		flooded: () => told.push("flooded"),
		ended: (ran) => told.push(ran),
	});
	channel.destroy();
	await once(channel, "close");
	assert.deepEqual(told, [null]);
});

test("of what a script says on stderr the first 4 KiB come", async (t) => {
	const { run } = await machineWithSession(t);
	const ran = await run("yes why | head -c 100000 >&2; exit 3");
	assert.deepEqual(ran.kind === "ran" && [ran.exitCode, `${ran.stderr}`], [3, "why\n".repeat(1_024)]);
});

test("a shell waits for the next script however short TMOUT is", () => {
	const ask = (text: string) => `printf '%s' ${quote([framed(WORD, text)])}`;
	const heard = `{ echo ${WORD}; ${ask("echo 1")}; sleep 0.3; ${ask("echo 2")}; } | ${quote(["bash", ...keptShell().slice(1)])}`;
	const env = { ...process.env, TMOUT: "0.01" };
	assert.equal(execFileSync("sh", ["-c", heard], { encoding: "utf8", env }), [1, 2].map(answered).join(""));
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
	const { folder, hear } = await machineWithSession(t);
	const text = framed(WORD, ': > ~/ran; echo "$1"');
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

test("a line that does not begin with the word ends the shell", async (t) => {
	const { folder, hear } = await machineWithSession(t);
	const strange = framed(WORD, ": > ~/ran").replace(WORD, "another");
	for (const heard of [strange, `\n${framed(WORD, ": > ~/ran")}`]) {
		const ran = await hear(heard);
		assert.deepEqual(ran.kind === "ran" && [ran.exitCode, `${ran.stdout}${ran.stderr}`], [0, ""]);
	}
	assert.equal((await readdir(folder)).includes("ran"), false);
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
