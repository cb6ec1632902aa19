import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readPrivateKey } from "../../src/push/authentication.ts";
import { script } from "../../src/push/commands/script.ts";
import { Session } from "../../src/push/session.ts";
import { Sessions } from "../../src/push/sessions.ts";
import type { Hop, Target } from "../../src/push/target.ts";
import { type Sshd, sshdObstacle, startSshd } from "./sshd.ts";

const skip = sshdObstacle();
const OPTIONS = { timeoutMs: 20_000, maxOutputBytes: 1_000 };

type Change = { readonly [Key in keyof Target]?: Target[Key] | undefined };

function changed({ target }: Sshd, change: Change): Target {
	return { ...target, ...change } as Target;
}

async function connected(t: TestContext, sshd: Sshd, change: Change = {}): Promise<Session> {
	const session = await Session.connect(changed(sshd, change), t.signal);
	assert.ok(session instanceof Session, JSON.stringify(session));
	t.after(() => session.stop());
	return session;
}

async function output(t: TestContext, session: Session, ...argv: readonly string[]): Promise<string> {
	const ran = await session.run(argv, { ...OPTIONS, signal: t.signal });
	assert.ok(ran.kind === "ran", JSON.stringify(ran));
	return ran.stdout.toString();
}

test("logs in by password, by keyboard-interactive, and by a key and a password where both are wanted", {
	skip,
}, async (t) => {
	const byPassword = { privateKey: undefined, password: "correct" };
	for (const [config, change] of [
		["KbdInteractiveAuthentication no", byPassword],
		["PasswordAuthentication no", byPassword],
		["AuthenticationMethods publickey,password", { password: "correct" }],
		["AuthenticationMethods publickey,keyboard-interactive", { password: "correct" }],
	] as const) {
		const sshd = await startSshd(t, { config: [config, "KbdInteractiveAuthentication yes"] });
		assert.equal(await output(t, await connected(t, sshd, change), "id", "-un"), "deploy\n", config);
	}
});

/** A folder with a key that has a passphrase, and its public half. */
async function lockedKey(t: TestContext) {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-key-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	const file = join(folder, "id_ed25519");
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "pass phrase", "-f", file]);
	return { folder, file, text: execFileSync("cat", [file], { encoding: "utf8" }) };
}

test("uses a private key with its passphrase, and says when that is missing or wrong", { skip }, async (t) => {
	const { file, text } = await lockedKey(t);
	const sshd = await startSshd(t, { setup: [`cat ${file}.pub >> /etc/ssh/test_authorized_keys`] });
	assert.equal(
		await output(t, await connected(t, sshd, { privateKey: text, passphrase: "pass phrase" }), "id", "-un"),
		"deploy\n",
	);
	const login = { privateKey: text, passphrase: "pass phrase" };
	assert.equal(readPrivateKey("a", login), readPrivateKey("b", login), "unlocked once: it takes a third of a second");
	for (const passphrase of [undefined, "wrong"]) {
		const refused = await Session.connect({ ...sshd.target, privateKey: text, passphrase } as Target, t.signal);
		assert.ok("failure" in refused);
		assert.equal(refused.failure.code, "FS-SSH-PASSPHRASE", refused.failure.detail);
	}
});

test("uses the keys of an SSH agent, and stops asking for more than sshd takes", { skip }, async (t) => {
	const { folder, file } = await lockedKey(t);
	const sshd = await startSshd(t, {
		config: ["MaxAuthTries 3"],
		setup: [`cat ${file}.pub >> /etc/ssh/test_authorized_keys`],
	});
	const socket = join(folder, "agent");
	const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
	t.after(() => agent.kill("SIGKILL"));
	await once(agent.stdout, "data");
	const env = { ...process.env, SSH_AUTH_SOCK: socket };
	const byAgent = { privateKey: undefined, agent: socket };
	execFileSync("ssh-keygen", ["-q", "-p", "-P", "pass phrase", "-N", "", "-f", file]);
	execFileSync("ssh-add", ["-q", file], { env });
	assert.equal(await output(t, await connected(t, sshd, byAgent), "id", "-un"), "deploy\n");
	execFileSync("ssh-add", ["-q", "-D"], { env });
	for (const name of ["a", "b", "c", "d"]) {
		execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
		execFileSync("ssh-add", ["-q", join(folder, name)], { env });
	}
	const refused = await Session.connect(changed(sshd, byAgent), t.signal);
	assert.ok("failure" in refused);
	assert.equal(refused.failure.code, "FS-SSH-AUTH-FAILURES", refused.failure.detail);
});

for (const most of [1, 2]) {
	test(`runs twelve commands over one connection that permits MaxSessions ${most}`, { skip }, async (t) => {
		const sshd = await startSshd(t, { config: [`MaxSessions ${most}`] });
		const session = await connected(t, sshd);
		const said = await Promise.all(
			Array.from({ length: 12 }, (_, index) => output(t, session, "sh", "-c", `sleep 0.05; echo ${index}`)),
		);
		assert.deepEqual(
			said.map((text) => Number(text)),
			Array.from({ length: 12 }, (_, index) => index),
		);
		assert.equal(sshd.log().match(/Connection from/g)?.length, 1);
	});
}

test("a shell that stays gives the only session to whoever waits for one, and comes back", { skip }, async (t) => {
	const sshd = await startSshd(t, { config: ["MaxSessions 1"] });
	const session = await connected(t, sshd);
	const options = { ...OPTIONS, signal: t.signal };
	const echo = (word: string) => session.runScript(script("echo $1", word), options);
	const asked = [echo("a"), echo("b"), session.run(["cat"], { ...options, stdin: Buffer.from("c") }), echo("d")];
	const said = (await Promise.all(asked)).map((ran) => (ran.kind === "ran" ? `${ran.stdout}`.trim() : ran));
	assert.deepEqual(said, ["a", "b", "c", "d"]);
	assert.equal(await output(t, session, "echo", "e"), "e\n");
	assert.equal(sshd.log().match(/Connection from/g)?.length, 1);
});

test("a session that a given-up command holds is asked for on a connection of its own", { skip }, async (t) => {
	const sshd = await startSshd(t, { config: ["MaxSessions 1"] });
	const sessions = new Sessions({ limit: 1 });
	t.after(() => sessions.stop());
	const run = (argv: readonly string[], timeoutMs: number) =>
		sessions.use(sshd.target, t.signal, (session) => session.run(argv, { ...OPTIONS, timeoutMs, signal: t.signal }));
	const slow = await run(["sh", "-c", "trap '' HUP TERM PIPE; sleep 60"], 300);
	assert.equal(slow.kind === "failed" && slow.failure.code, "FS-SSH-COMMAND-TIMEOUT");
	const refused = await run(["true"], 10_000);
	assert.equal(refused.kind === "failed" && refused.failure.code, "FS-SSH-SESSIONS");
	assert.equal((await run(["echo", "there"], 10_000)).kind, "ran");
});

test("sudo with a password, sudo without one, and doas become root", { skip }, async (t) => {
	const sshd = await startSshd(t, {
		setup: ["echo 'deploy ALL=(root) ALL' > /etc/sudoers.d/deploy", "echo 'permit nopass deploy' > /etc/doas.conf"],
	});
	const sudo = { method: "sudo", user: "root", password: "correct" } as const;
	const session = await connected(t, sshd, { become: sudo });
	assert.equal(await output(t, session, "id", "-un"), "root\n");
	const fed = await session.run(["cat"], { ...OPTIONS, signal: t.signal, stdin: Buffer.from("its own input") });
	assert.equal(fed.kind === "ran" && fed.stdout.toString(), "its own input");
	const held = session.run(["sleep", "2"], { ...OPTIONS, signal: t.signal });
	const commandLines = await sshd.shell(
		"until all=$(cat /proc/[0-9]*/cmdline | tr '\\0' ' ') && echo \"$all\" | grep -q '[s]udo -k'; do sleep 0.05; done; echo \"$all\"",
	);
	await held;
	assert.ok(commandLines.includes("sudo -k") && !commandLines.includes("correct"));
	assert.equal(
		await output(t, await connected(t, sshd, { become: { method: "doas", user: "root" } }), "id", "-un"),
		"root\n",
	);
	await sshd.shell("echo 'deploy ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/deploy");
	assert.equal(
		await output(t, await connected(t, sshd, { become: { method: "sudo", user: "root" } }), "id", "-un"),
		"root\n",
	);
});

test("a machine that stops in the middle is gone after its unanswered signs of life", { skip }, async (t) => {
	const sshd = await startSshd(t);
	const session = await connected(t, sshd, { keepalive: { intervalMs: 200, countMax: 2 } });
	const running = session.run(["sh", "-c", "echo begun; sleep 60"], { ...OPTIONS, signal: t.signal });
	await sshd.shell("sleep 0.3; pgrep -x sshd | while read pid; do [ $pid = 1 ] || kill -STOP $pid; done");
	const answer = await running;
	assert.equal(answer.kind === "failed" && answer.failure.code, "FS-SSH-IDLE");
	await sshd.shell("pkill -CONT -x sshd");
});

const hopOf = (machine: string, { target }: Sshd): Hop => {
	const { address, port, user, hostKeys, privateKey = "" } = target;
	return { machine, address, port, user, hostKeys, privateKey };
};

test("goes through two machines to a third, with one connection to each however many go through it", {
	skip,
}, async (t) => {
	const [gate, inner, last] = [
		await startSshd(t, { address: "127.0.0.5" }),
		await startSshd(t, { address: "127.0.0.6" }),
		await startSshd(t, { address: "127.0.0.7" }),
	];
	const sessions = new Sessions({ limit: 8 });
	t.after(() => sessions.stop());
	const jumps = [hopOf("gate", gate), hopOf("inner", inner)];
	const names = ["a", "b", "c", "d"];
	const said = await Promise.all(
		names.map((name) =>
			sessions.use({ ...last.target, machine: name, jumps }, t.signal, (session) =>
				session.run(["sh", "-c", `echo "$SSH_CONNECTION" | cut -d' ' -f1`], { ...OPTIONS, signal: t.signal }),
			),
		),
	);
	for (const ran of said) assert.equal(ran.kind === "ran" && ran.stdout.toString().split(".")[0], "127");
	const connections = [gate, inner, last].map((sshd) => sshd.log().match(/Connection from/g)?.length);
	assert.deepEqual(connections, [1, 1, names.length]);
});

test("every machine on the way is checked by its own key, and told apart from the one at the end", {
	skip,
}, async (t) => {
	const [gate, last] = [
		await startSshd(t, { address: "127.0.0.5" }),
		await startSshd(t, { address: "127.0.0.6", config: ["AllowTcpForwarding no"] }),
	];
	const sessions = new Sessions({ limit: 8 });
	t.after(() => sessions.stop());
	const through = async (change: Change, ...jumps: readonly Hop[]) => {
		const target = { ...last.target, ...change, jumps } as Target;
		const answer = await sessions.use(target, t.signal, (session) =>
			session.run(["true"], { ...OPTIONS, signal: t.signal }),
		);
		return answer.kind === "failed" ? `${answer.failure.code} ${answer.failure.detail}` : "ran";
	};
	const hop = hopOf("gate", gate);
	const wrong = [{ type: "ssh-ed25519", fingerprint: "SHA256:other" }];
	assert.equal(await through({}, hop), "ran");
	assert.match(
		await through({}, { ...hop, hostKeys: wrong }),
		/^FS-SSH-JUMP-HOSTKEY mill-03: on the way through gate: shows the host key/,
	);
	assert.match(await through({}, { ...hop, hostKeys: [] }), /^FS-SSH-HOSTKEY-UNKNOWN .*through gate/);
	assert.match(await through({ hostKeys: wrong }, hop), /^FS-SSH-HOSTKEY mill-03: shows the host key/);
	assert.match(await through({ port: 1 }, hop), /^FS-SSH-REFUSED mill-03: nothing listens for SSH .*as gate says/);
	assert.match(
		await through({}, hop, hopOf("last", last)),
		/^FS-SSH-JUMP mill-03: through last .*does not pass connections on/,
	);
	assert.doesNotMatch(gate.log(), /Failed|Invalid/, "no authentication was tried where the key was wrong");
});

test("twenty machines that stall at any stage give their places back, and hold up none of the others", {
	skip,
}, async (t) => {
	const sshd = await startSshd(t, { config: ["MaxStartups 100"] });
	const stalled = await Promise.all([heldAt(t, ""), heldAt(t, "SSH-2.0-stalled\r\n")]);
	const sessions = new Sessions({ limit: 64 });
	t.after(() => sessions.stop());
	const use = (target: Target) =>
		sessions.use(target, t.signal, (session) => session.run(["true"], { ...OPTIONS, signal: t.signal }));
	let isOver = false;
	const halfOpen = Array.from({ length: 20 }, (_, index) => {
		const port = stalled[index % 2] ?? 0;
		return use({
			...sshd.target,
			machine: `stalled-${index}`,
			address: `127.0.1.${index + 1}`,
			port,
			connectTimeoutMs: 8_000,
		});
	});
	const codes = Promise.all(halfOpen).then((answers) => {
		isOver = true;
		return answers.map((answer) => (answer.kind === "failed" ? answer.failure.code : "ran"));
	});
	const others = await Promise.all(
		Array.from({ length: 20 }, (_, index) => use({ ...sshd.target, machine: `mill-${index}` })),
	);
	assert.ok(!isOver, "the others were done while those twenty still stalled");
	assert.ok(others.every(({ kind }) => kind === "ran"));
	const expected = ["FS-SSH-TIMEOUT-BANNER", "FS-SSH-TIMEOUT-KEX"];
	assert.deepEqual(
		await codes,
		Array.from({ length: 20 }, (_, index) => expected[index % 2]),
	);
	const again = await Promise.all(
		Array.from({ length: 64 }, (_, index) => use({ ...sshd.target, machine: `mill-${index}` })),
	);
	assert.ok(
		again.every(({ kind }) => kind === "ran"),
		"all places are free again",
	);
});

/** Takes connections on every loopback address, says so much and no more. */
async function heldAt(t: TestContext, text: string): Promise<number> {
	const server = createServer((socket) => {
		socket.on("error", () => socket.destroy());
		if (text !== "") socket.write(text);
	}).listen(0, "0.0.0.0");
	await once(server, "listening");
	t.after(() => server.close());
	return (server.address() as AddressInfo).port;
}

test("a login that hangs at the machine is told as such", { skip }, async (t) => {
	const sshd = await startSshd(t, {
		config: ["AuthorizedKeysCommand /etc/ssh/slow-keys", "AuthorizedKeysCommandUser root", "AuthorizedKeysFile none"],
		setup: ["printf '#!/bin/sh\\nsleep 60\\n' > /etc/ssh/slow-keys", "chmod 755 /etc/ssh/slow-keys"],
	});
	const answer = await Session.connect({ ...sshd.target, connectTimeoutMs: 1_500 }, t.signal);
	assert.ok("failure" in answer);
	assert.equal(answer.failure.code, "FS-SSH-TIMEOUT-AUTH", answer.failure.detail);
});

test("sshd that turns connections away is told as such", { skip }, async (t) => {
	const sshd = await startSshd(t, { config: ["MaxStartups 1:100:1", "LoginGraceTime 60"] });
	const idle = connect(sshd.target.port, sshd.target.address);
	t.after(() => idle.destroy());
	await once(idle, "data");
	const answer = await Session.connect(sshd.target, t.signal);
	assert.ok("failure" in answer);
	assert.equal(answer.failure.code, "FS-SSH-BUSY", answer.failure.detail);
});
