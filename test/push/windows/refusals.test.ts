import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import ssh2 from "ssh2";
import { hostKeyOf } from "../../../src/push/host-keys.ts";
import { makeKeyPair } from "../../../src/push/key-pair.ts";
import { Pusher } from "../../../src/push/pusher.ts";
import type { Helper } from "../../../src/push/task.ts";
import type { Helpers } from "../../../src/push/windows/shim.ts";
import { exitOf } from "../lab.ts";

/** Reads the facts of a machine whose sshd calls itself as Microsoft's does, and takes everybody, but has no SFTP. */
async function askWindows(t: TestContext, helpers: Helpers) {
	const [host, pair] = [makeKeyPair(), makeKeyPair()];
	const options = { hostKeys: [host.private], ident: "OpenSSH_for_Windows_9.5" };
	const server = new ssh2.Server(options, (client) => {
		client.on("authentication", (asked) => asked.accept());
		client.on("session", (accept) => accept().on("sftp", (_accept, reject) => reject()));
		client.on("error", () => undefined);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const pusher = new Pusher({ sessions: 1, seedSeconds: 1, helpers });
	t.after(async () => {
		await pusher.stop();
		server.close();
	});
	const target = {
		machine: "till-07",
		address: "127.0.0.1",
		port: (server.address() as AddressInfo).port,
		user: "deploy",
		hostKeys: [hostKeyOf(Buffer.from(host.public.split(" ")[1] ?? "", "base64"))],
		connectTimeoutMs: 10_000,
		privateKey: pair.private,
	};
	return (await pusher.readFacts(target, { machine: "till-07", policy: "tills" }, t.signal)).outcome;
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
