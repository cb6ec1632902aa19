import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import ssh2, { type ServerConfig } from "ssh2";
import { Bastions } from "../../src/push/bastions.ts";
import type { Failed } from "../../src/push/failed.ts";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { openConnection } from "../../src/push/open-connection.ts";
import { scanHostKey } from "../../src/push/scan-host-key.ts";
import { Session } from "../../src/push/session.ts";
import { Sessions } from "../../src/push/sessions.ts";
import { SharedSession } from "../../src/push/shared-session.ts";
import { Slots } from "../../src/push/slots.ts";
import { sshFailure } from "../../src/push/ssh-failure.ts";
import { Starts } from "../../src/push/starts.ts";
import type { Target } from "../../src/push/target.ts";
import { heldOpen, machineProcess } from "./foreign.ts";
import { lab } from "./lab.ts";
import { until } from "./until.ts";

async function failure(target: Target, signal: AbortSignal): Promise<Failed> {
	const answer = await Session.connect(target, signal);
	if (answer instanceof Session) {
		answer.stop();
		assert.fail("it connected");
	}
	return answer;
}

function countSockets(): number {
	return process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
}

test("sends no authentication to a machine with another host key, and says which key it saw", async (t) => {
	const { machine, target, signal } = await lab(t);
	await machine.rekey();
	const { failure: failed, sawHostKey } = await failure(target, signal);
	assert.equal(failed.code, "FS-SSH-HOSTKEY");
	assert.deepEqual(sawHostKey, machine.hostKey);
	assert.equal(machine.connections, 1);
	assert.equal(machine.authenticationAttempts, 0);
	assert.equal(machine.commands, 0);
});

test("names a key of another type a changed key, not a missing algorithm", async (t) => {
	const { machine, target, signal } = await lab(t, {
		hostKey: ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 }).private,
	});
	const hostKeys = [{ type: "ssh-ed25519", fingerprint: "SHA256:other" }];
	const { failure: failed, sawHostKey } = await failure({ ...target, hostKeys }, signal);
	assert.equal(failed.code, "FS-SSH-HOSTKEY");
	assert.equal(sawHostKey?.type, "ecdsa-sha2-nistp256");
	assert.equal(machine.authenticationAttempts, 0);
});

test("scans a host key without authenticating", async (t) => {
	const { machine, pusher, target, signal } = await lab(t);
	const scanned = await pusher.scanHostKey(target, signal);
	assert.deepEqual(scanned, { kind: "host_key", hostKey: machine.hostKey });
	assert.equal(machine.authenticationAttempts, 0);
	await machine.stop();
	const refused = await pusher.scanHostKey(target, signal);
	assert.equal(refused.kind === "failed" && refused.failure.code, "FS-SSH-REFUSED");
});

test("says what a refused key is and where", async (t) => {
	const { machine, target, signal } = await lab(t);
	const pair = makeKeyPair();
	const { failure: failed } = await failure({ ...target, privateKey: pair.private }, signal);
	const { fingerprint } = hostKeyOf(Buffer.from(pair.public.split(" ")[1] ?? "", "base64"));
	assert.deepEqual(failed, {
		code: "FS-SSH-AUTH",
		detail: `mill-03: SSH refused our key ssh-ed25519 ${fingerprint}; it takes publickey (deploy@127.0.0.3:${machine.port})`,
	});
});

test("tells a private key that cannot be used, before it connects", async (t) => {
	const { machine, target, signal } = await lab(t);
	const publicKey = makeKeyPair().public;
	for (const privateKey of ["", "nonsense", publicKey]) {
		assert.equal((await failure({ ...target, privateKey }, signal)).failure.code, "FS-SSH-KEY");
	}
	assert.equal(machine.connections, 0);
});

test("tells a machine that refuses connections from one that does not answer", async (t) => {
	const { machine, target, signal } = await lab(t);
	const silent = createServer().listen(0, "127.0.0.1");
	await once(silent, "listening");
	t.after(() => silent.close());
	const port = (silent.address() as AddressInfo).port;
	const unanswered = { ...target, address: "127.0.0.1", port, connectTimeoutMs: 200 };
	assert.equal((await failure(unanswered, signal)).failure.code, "FS-SSH-TIMEOUT-BANNER");
	await machine.stop();
	assert.equal((await failure(target, signal)).failure.code, "FS-SSH-REFUSED");
});

test("leaves no socket behind after a failed handshake, though the other side never closes its own", async (t) => {
	const port = await heldOpen(t, "SSH-1.0-old\r\n");
	const place = { machine: "mill-03", address: "127.0.0.1", port, user: "deploy" };
	const door = { ...place, hostKeys: [], login: null, connectTimeoutMs: 5_000 };
	const before = countSockets();
	for (let tries = 0; tries < 5; tries++) assert.ok("failure" in (await openConnection(door, t.signal)));
	await until(() => countSockets() <= before);
});

test("lets go of a machine that no longer answers", async (t) => {
	const { child, target } = await machineProcess(t);
	const session = await Session.connect(target, t.signal);
	assert.ok(session instanceof Session);
	const before = countSockets();
	child.kill("SIGSTOP");
	session.stop();
	await until(() => countSockets() < before);
});

test("says that no algorithm is left where a machine has only outdated ones", async (t) => {
	const pair = makeKeyPair();
	const rsa = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 }).private;
	const outdated: readonly ServerConfig[] = [
		{ hostKeys: [pair.private], algorithms: { kex: ["diffie-hellman-group14-sha1"] } },
		{ hostKeys: [pair.private], algorithms: { cipher: ["aes256-cbc"] } },
		{ hostKeys: [rsa], algorithms: { serverHostKey: ["ssh-rsa"] } },
	];
	for (const config of outdated) {
		const server = new ssh2.Server(config, (connection) => connection.on("error", () => connection.end()));
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		t.after(() => server.close());
		const at = { address: "127.0.0.1", port: (server.address() as AddressInfo).port };
		const scanned = await scanHostKey(at, t.signal);
		assert.equal(scanned.kind === "failed" && scanned.failure.code, "FS-SSH-PROTOCOL");
	}
});

test("knows an RSA host key by its fingerprint, whichever signature the machine makes with it", async (t) => {
	const hostKey = ssh2.utils.generateKeyPairSync("rsa", { bits: 2048 }).private;
	const { target, signal } = await lab(t, { hostKey });
	assert.equal(target.hostKeys[0]?.type, "ssh-rsa");
	const session = await Session.connect(target, signal);
	assert.ok(session instanceof Session);
	session.stop();
});

test("gives each error of a socket the code that says what to do about it", () => {
	const place = { machine: "mill-03", address: "fe80::1", port: 22, user: "deploy" };
	const failureOf = (code: string) => sshFailure(place, Object.assign(new Error(), { code })).failure;
	for (const code of ["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"]) {
		assert.equal(failureOf(code).code, "FS-SSH-UNREACHABLE", code);
	}
	assert.equal(failureOf("ENOTFOUND").code, "FS-SSH-NAME");
	assert.equal(failureOf("ETIMEDOUT").code, "FS-SSH-TIMEOUT");
	assert.equal(failureOf("ECONNRESET").code, "FS-SSH-LOST");
	assert.deepEqual(failureOf("ECONNREFUSED"), {
		code: "FS-SSH-REFUSED",
		detail: "mill-03: nothing listens for SSH (deploy@[fe80::1]:22)",
	});
});

test("gives a place back that was won in the moment of stopping", async (t) => {
	const { target, signal } = await lab(t);
	const open = new Slots(1);
	const give = await open.take(signal);
	const shared = new SharedSession(target, { open, starting: new Starts(), bastions: new Bastions() });
	give?.();
	shared.stop();
	assert.equal(await shared.opened, null);
	assert.ok(!open.isFull);
});

test("runs commands side by side with capped output, input and exit codes", async (t) => {
	const { target, signal } = await lab(t);
	const session = await Session.connect(target, signal);
	assert.ok(session instanceof Session);
	const options = { timeoutMs: 5_000, signal, maxOutputBytes: 8 };
	const [echo, cat, killed] = await Promise.all([
		session.run(["sh", "-c", "echo 123456789; echo no >&2; exit 300"], options),
		session.run(["cat"], { ...options, stdin: Buffer.from("in") }),
		session.run(["sh", "-c", "kill -9 $$"], options),
	]);
	assert.ok(echo.kind === "ran" && cat.kind === "ran" && killed.kind === "ran");
	assert.deepEqual([echo.exitCode, `${echo.stdout}`, `${echo.stderr}`], [44, "12345678", "no\n"]);
	assert.deepEqual([cat.exitCode, `${cat.stdout}`], [0, "in"]);
	assert.ok(killed.exitCode === undefined || killed.exitCode === 137);
	const slow = await session.run(["sleep", "20"], { ...options, timeoutMs: 50 });
	assert.equal(slow.kind === "failed" && slow.failure.code, "FS-SSH-COMMAND-TIMEOUT");
	for (const endless of ["exec yes", "exec yes >&2"]) {
		const flooded = await session.run(["sh", "-c", endless], { ...options, timeoutMs: 30_000 });
		assert.equal(flooded.kind === "failed" && flooded.failure.code, "FS-SSH-FLOOD");
	}
	session.stop();
	session.stop();
	const late = await session.run(["true"], options);
	assert.equal(late.kind === "failed" && late.failure.code, "FS-SSH-LOST");
});

test("a command that is given up while it waits for a session takes no other's turn", async (t) => {
	const { folder, target, signal } = await lab(t);
	const session = await Session.connect(target, signal);
	assert.ok(session instanceof Session);
	t.after(() => session.stop());
	const options = { timeoutMs: 10_000, signal, maxOutputBytes: 8 };
	const held = Array.from({ length: 10 }, (_, index) =>
		session.run(["sh", "-c", `touch ~/held-${index}; while [ ! -e ~/go-${index} ]; do sleep 0.05; done`], {
			...options,
			timeoutMs: 60_000,
		}),
	);
	for (const index of held.keys()) await until(async () => existsSync(join(folder, `held-${index}`)));
	const cancel = new AbortController();
	const givenUp = session.run(["true"], { ...options, signal: cancel.signal });
	const next = session.run(["true"], options);
	cancel.abort();
	assert.equal((await givenUp).kind, "failed");
	await writeFile(join(folder, "go-0"), "");
	const ran = await next;
	assert.equal(ran.kind, "ran", JSON.stringify(ran));
	for (const index of held.keys()) await writeFile(join(folder, `go-${index}`), "");
	await Promise.all(held);
});

test("shares one connection among a machine's steps, and replaces one that died", async (t) => {
	const { machine, target, signal } = await lab(t);
	const sessions = new Sessions({ limit: 2 });
	t.after(() => sessions.stop());
	const options = { timeoutMs: 5_000, signal, maxOutputBytes: 8 };
	const act = () => sessions.use(target, signal, (session) => session.run(["true"], options));
	for (const ran of await Promise.all([act(), act(), act()])) assert.equal(ran.kind, "ran");
	assert.equal((await act()).kind, "ran");
	assert.equal(machine.connections, 1);
	machine.dropConnections();
	await until(async () => (await act()).kind === "ran");
	assert.equal(machine.connections, 2);
});

test("never has more connections than its limit; an idle one gives way", async (t) => {
	const { machine, target, signal } = await lab(t);
	const sessions = new Sessions({ limit: 1 });
	t.after(() => sessions.stop());
	let [now, most] = [0, 0];
	const options = { timeoutMs: 5_000, signal, maxOutputBytes: 8 };
	const users = Array.from({ length: 4 }, (_, index) =>
		sessions.use({ ...target, user: `deploy${index}` }, signal, async (session) => {
			most = Math.max(most, ++now);
			const ran = await session.run(["true"], options);
			now--;
			return ran;
		}),
	);
	for (const ran of await Promise.all(users)) assert.equal(ran.kind, "ran");
	assert.equal(most, 1);
	assert.equal((await sessions.use(target, signal, (session) => session.run(["true"], options))).kind, "ran");
	assert.equal(machine.connections, 5);
});

test("a machine's next step goes by the connection of its last one, though others wait for the place", async (t) => {
	const { machine, target, signal } = await lab(t);
	const sessions = new Sessions({ limit: 1 });
	t.after(() => sessions.stop());
	const order: string[] = [];
	const options = { timeoutMs: 5_000, signal, maxOutputBytes: 8 };
	const step = (user: string) =>
		sessions.use({ ...target, user }, signal, async (session) => {
			order.push(user);
			return session.run(["true"], options);
		});
	const course = async (user: string) => {
		for (let count = 0; count < 3; count += 1) assert.equal((await step(user)).kind, "ran");
	};
	await Promise.all([course("one"), course("other")]);
	assert.deepEqual(order, ["one", "one", "one", "other", "other", "other"]);
	assert.equal(machine.connections, 2);
});

test("answers at once when it is stopped or the signal aborts, and stop is safe to call twice", async (t) => {
	const { target } = await lab(t);
	const sessions = new Sessions({ limit: 1 });
	const options = { timeoutMs: 20_000, maxOutputBytes: 8 };
	const wait = (signal: AbortSignal) =>
		sessions.use(target, signal, (session, ending) => session.run(["sleep", "20"], { ...options, signal: ending }));
	const cancel = new AbortController();
	const [first, second] = [wait(cancel.signal), wait(new AbortController().signal)];
	cancel.abort();
	const cancelled = await first;
	assert.equal(cancelled.kind === "failed" && cancelled.failure.code, "FS-SSH-LOST");
	sessions.stop();
	sessions.stop();
	const stopped = await second;
	assert.equal(stopped.kind === "failed" && stopped.failure.code, "FS-SSH-LOST");
});
