import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { type TestContext, test } from "node:test";
import ssh2, { type TcpipRequestInfo } from "ssh2";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { Sessions } from "../../src/push/sessions.ts";
import type { Hop, Target } from "../../src/push/target.ts";
import { heldOpen } from "./foreign.ts";
import { lab } from "./lab.ts";

/** Nothing answers here: whoever passes a connection on to it tries for as long as TCP does. */
const OFF = { address: "192.0.2.1", port: 22 };
const TIMEOUT_MS = 4_000;

/** A machine on the way that lets everybody in and counts whom it tries to reach at once. */
async function gateway(t: TestContext) {
	const [host, pair] = [makeKeyPair(), makeKeyPair()];
	const seen = { asked: 0, most: 0 };
	const server = new ssh2.Server({ hostKeys: [host.private] }, (client) => {
		client.on("authentication", (asked) => asked.accept());
		client.on("error", () => undefined);
		client.on("tcpip", (accept, _reject, { destIP, destPort }: TcpipRequestInfo) => {
			if (destIP === OFF.address) {
				seen.most = Math.max(seen.most, ++seen.asked);
				setTimeout(() => seen.asked--, TIMEOUT_MS - 1_500);
				return;
			}
			const socket = connect(destPort, destIP, () => socket.pipe(accept()).pipe(socket));
			socket.on("error", () => undefined);
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	t.after(() => server.close());
	const hop: Hop = {
		machine: "gate",
		address: "127.0.0.1",
		port: (server.address() as AddressInfo).port,
		user: "deploy",
		hostKeys: [hostKeyOf(Buffer.from(host.public.split(" ")[1] ?? "", "base64"))],
		privateKey: pair.private,
	};
	return { hop, seen };
}

test("machines that are off behind another one are given up in time, 32 at once, and none of the others is taken for one", {
	timeout: 120_000,
}, async (t) => {
	const { target, signal } = await lab(t);
	const { hop, seen } = await gateway(t);
	const sessions = new Sessions({ limit: 200 });
	t.after(() => sessions.stop());
	const codeOf = async (change: Partial<Target>) => {
		const way = { ...target, ...change, jumps: [hop], connectTimeoutMs: TIMEOUT_MS };
		const options = { signal, timeoutMs: 20_000, maxOutputBytes: 8 };
		const ran = await sessions.use(way, signal, (session) => session.run(["true"], options));
		return ran.kind === "failed" ? ran.failure.code : ran.kind;
	};
	assert.equal(await codeOf({}), "ran");
	const begunAt = performance.now();
	const off = Array.from({ length: 80 }, (_, index) => codeOf({ ...OFF, machine: `off-${index}`, port: index + 1 }));
	const on = Array.from({ length: 4 }, (_, index) => codeOf({ machine: `on-${index}` }));
	assert.deepEqual(
		await Promise.all(on),
		on.map(() => "ran"),
	);
	assert.deepEqual(new Set(await Promise.all(off)), new Set(["FS-SSH-TIMEOUT"]));
	const tookMs = performance.now() - begunAt;
	assert.ok(tookMs < TIMEOUT_MS * 6, `${tookMs} ms`);
	assert.equal(seen.most, 32);
});

test("a machine on the way that says nothing is told as the one that does, and not who is behind it", async (t) => {
	const { target, signal } = await lab(t);
	const { hop } = await gateway(t);
	const sessions = new Sessions({ limit: 8 });
	t.after(() => sessions.stop());
	const port = await heldOpen(t, "");
	const detailOf = async (...jumps: readonly Hop[]) => {
		const way = { ...target, jumps, connectTimeoutMs: TIMEOUT_MS };
		const failed = await sessions.use(way, signal, async () => null);
		assert.ok(failed?.kind === "failed");
		return `${failed.failure.code} ${failed.failure.detail}`;
	};
	const silent = { ...hop, machine: "silent", port };
	const expected =
		/^FS-SSH-TIMEOUT-BANNER mill-03: on the way through (gate: on the way through )?silent: the port took/;
	assert.match(await detailOf(silent), expected);
	assert.match(await detailOf(silent, hop), expected);
});
