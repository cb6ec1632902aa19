import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import ssh2 from "ssh2";
import { hostKeyOf } from "../../../src/push/host-keys.ts";
import { makeKeyPair } from "../../../src/push/key-pair.ts";
import { Pusher, type Target } from "../../../src/push/pusher.ts";
import { Session } from "../../../src/push/session.ts";
import type { Helper } from "../../../src/push/task.ts";
import type { Helpers } from "../../../src/push/windows/shim.ts";
import { exitOf } from "../lab.ts";

type Answer = "refuses" | "says nothing";

/** A machine whose sshd calls itself as Microsoft's does, and takes everybody, but has no SFTP. */
async function windows(t: TestContext, answer: Answer): Promise<Target> {
	const [host, pair] = [makeKeyPair(), makeKeyPair()];
	const options = { hostKeys: [host.private], ident: "OpenSSH_for_Windows_9.5" };
	const server = new ssh2.Server(options, (client) => {
		client.on("authentication", (asked) => asked.accept());
		client.on("session", (accept) => accept().on("sftp", (_accept, reject) => answer === "refuses" && reject()));
		client.on("error", () => undefined);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => server.close());
	return {
		machine: "till-07",
		address: "127.0.0.1",
		port: (server.address() as AddressInfo).port,
		user: "deploy",
		hostKeys: [hostKeyOf(Buffer.from(host.public.split(" ")[1] ?? "", "base64"))],
		connectTimeoutMs: 10_000,
		privateKey: pair.private,
	};
}

/** Reads its facts. */
async function askWindows(t: TestContext, helpers: Helpers, answer: Answer = "refuses", signal = t.signal) {
	const pusher = new Pusher({ sessions: 1, seedSeconds: 1, helpers });
	t.after(() => pusher.stop());
	const target = await windows(t, answer);
	return (await pusher.readFacts(target, { machine: "till-07", policy: "tills" }, signal)).outcome;
}

test("a Windows machine cannot be asked while our program for it was not built: FS-SSH-HELPER", async (t) => {
	const outcome = await askWindows(t, async () => null);
	assert.equal(exitOf(outcome), "FS-SSH-HELPER");
	assert.match(JSON.stringify(outcome), /till-07: our program for Windows was not built/);
});

test("a Windows machine whose sshd has no SFTP is FS-SSH-SFTP", async (t) => {
	const outcome = await askWindows(t, async () => ({ sha256: "a".repeat(64), sizeBytes: 1 }) as Helper);
	assert.equal(exitOf(outcome), "FS-SSH-SFTP");
	assert.match(JSON.stringify(outcome), /till-07: .*SFTP/i);
});

test("a Windows machine whose SFTP says nothing holds up no step, and each wait for it has an end", {
	timeout: 5_000,
}, async (t) => {
	const helpers = async () => ({ sha256: "a".repeat(64), sizeBytes: 1 }) as Helper;
	const outcome = await askWindows(t, helpers, "says nothing", AbortSignal.timeout(500));
	assert.equal(exitOf(outcome), "FS-SSH-LOST");
	const session = await Session.connect(await windows(t, "says nothing"), t.signal);
	assert.ok(session instanceof Session);
	t.after(() => session.stop());
	const options = { signal: t.signal, timeoutMs: 200, maxOutputBytes: 8 };
	const asked = await session.shim?.ask({ kind: "facts" }, options);
	assert.equal(asked?.kind === "failed" && asked.failure.code, "FS-SSH-COMMAND-TIMEOUT");
	session.stop();
	const other = await Session.connect(await windows(t, "says nothing"), t.signal);
	assert.ok(other instanceof Session);
	t.after(() => other.stop());
	const sftp = await other.sftp(200);
	assert.equal("kind" in sftp && sftp.failure.code, "FS-SSH-COMMAND-TIMEOUT");
});
