import assert from "node:assert/strict";
import { createHash, KeyObject, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import type { Client } from "ssh2";
import { openConnection } from "../../src/push/open-connection.ts";
import { sshdObstacle, startSshd } from "./sshd.ts";

const skip = sshdObstacle();
const MEBIBYTE = 2 ** 20;

/** The keys that ssh2 makes its packets' ciphers and MACs of, by the names that it has for them. */
function packetKeys(client: Client): Readonly<Record<string, unknown>> {
	type Protocol = Readonly<Record<"_cipher" | "_decipher", Readonly<Record<string, unknown>>>>;
	const { _cipher, _decipher } = (client as Client & { readonly _protocol: Protocol })._protocol;
	const named = [...Object.entries(_cipher), ...Object.entries(_decipher)];
	return Object.fromEntries(named.filter(([name, key]) => /^_(encKey|decipherKey|macKey)$/.test(name) && key));
}

/** Sends the bytes to cat and back. */
function echoed(client: Client, bytes: Buffer): Promise<Buffer> {
	return new Promise((resolve, reject) =>
		client.exec("cat", (error, channel) => {
			if (error) return reject(error);
			Readable.from([bytes]).pipe(channel);
			buffer(channel).then(resolve, reject);
		}),
	);
}

for (const [cipher, names] of [
	["aes128-gcm@openssh.com", ["_encKey", "_decipherKey"]],
	["aes256-gcm@openssh.com", ["_encKey", "_decipherKey"]],
	["aes128-ctr", ["_macKey"]],
] as const) {
	test(`${cipher}: packets are made by KeyObjects, also of the keys that replace them on the way`, {
		skip,
	}, async (t) => {
		const sshd = await startSshd(t, { config: [`Ciphers ${cipher}`, "RekeyLimit 1M"] });
		const connection = await openConnection({ ...sshd.target, login: sshd.target }, t.signal);
		assert.ok("client" in connection, "failure" in connection ? connection.failure.detail : "");
		t.after(() => connection.close());
		const { client } = connection;
		const first = packetKeys(client);
		assert.deepEqual(Object.keys(first), names);
		for (const key of Object.values(first)) assert.ok(key instanceof KeyObject);
		let exchanges = 0;
		client.on("handshake", () => exchanges++);
		const bytes = randomBytes(4 * MEBIBYTE);
		const digest = (of: Buffer) => createHash("sha256").update(of).digest("hex");
		assert.equal(digest(await echoed(client, bytes)), digest(bytes));
		assert.ok(exchanges >= 2, `${exchanges} key exchanges`);
		for (const [name, key] of Object.entries(packetKeys(client))) {
			assert.ok(key instanceof KeyObject);
			assert.equal(key.equals(first[name] as KeyObject), false, name);
		}
	});
}
