import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { type Bench, openBench, until } from "./workbench.ts";

async function announce(
	{ swarm, shared }: Bench,
	query: string,
	{ port = "9999", compact = 0, localAddress = "" } = {},
): Promise<string> {
	const hash = (shared.infoHash.match(/../g) ?? []).map((byte) => `%${byte}`).join("");
	const rest = `info_hash=${hash}&peer_id=-XX0001-123456789012&port=${port}&uploaded=0&downloaded=0&left=1&compact=${compact}`;
	const url = `http://127.0.0.1:${swarm.ports.tracker}/announce?${query}&${rest}`;
	const asking = get(url, { agent: false, ...(localAddress ? { localAddress } : {}) });
	const [response] = (await once(asking, "response")) as [IncomingMessage];
	return Buffer.concat(await response.toArray()).toString("latin1");
}

/** Greets the source as a peer would, from the address given, and counts what comes back within a second or until it ends. */
async function greet({ swarm, shared }: Bench, localAddress: string, more: Buffer = Buffer.alloc(0)) {
	const socket = connect({ host: "127.0.0.1", port: swarm.ports.peer, localAddress });
	let bytes = 0;
	let isClosed = false;
	socket.on("data", (chunk) => {
		bytes += chunk.length;
	});
	socket.on("error", () => undefined);
	socket.on("close", () => {
		isClosed = true;
	});
	await Promise.race([once(socket, "connect"), once(socket, "close")]);
	const reserved = Buffer.from("0000000000100004", "hex");
	const infoHash = Buffer.from(shared.infoHash, "hex");
	const peerId = Buffer.from("-XX0001-123456789012");
	socket.write(Buffer.concat([Buffer.from("\x13BitTorrent protocol"), reserved, infoHash, peerId, more]));
	return { socket, bytes: () => bytes, isClosed: () => isClosed };
}

test("the tracker refuses a stranger that knows the info-hash", async () => {
	await using bench = await openBench({ machines: 1 });
	assert.match(await announce(bench, "token=token-1"), /5:peers/);
	for (const query of ["", "token=wrong", "token=", "token=token-1&token=token-1"]) {
		assert.equal(await announce(bench, query), "d14:failure reason12:not admittede");
	}
	assert.equal(bench.progress.length, 1);
});

test("a machine that is known by a name takes part from the address at which it was reached", async () => {
	await using bench = await openBench({ machines: 1 });
	const named = { machine: "m1", address: "m1.example", token: "token-1" };
	bench.swarm.admit([named]);
	assert.match(await announce(bench, "token=token-1"), /not admitted/);
	bench.swarm.admit([{ ...named, reachedAt: "127.0.0.2" }]);
	assert.match(await announce(bench, "token=token-1", { localAddress: "127.0.0.2" }), /5:peers/);
	const machine = await greet(bench, "127.0.0.2");
	await until("the machine is greeted", () => machine.bytes() >= 68);
	machine.socket.destroy();
	assert.match(await announce(bench, "token=token-1", { localAddress: "127.0.0.3" }), /not admitted/);
});

test("the tracker refuses a known token from an address that is not its machine's", async () => {
	await using bench = await openBench({ machines: 1 });
	bench.swarm.admit([{ machine: "m1", address: "10.9.9.9", token: "token-1" }]);
	assert.match(await announce(bench, "token=token-1"), /not admitted/);
});

test("a machine whose port is none is told of to nobody, and breaks nobody's answer", async () => {
	await using bench = await openBench({ machines: 2 });
	for (const port of ["1.5", "-1", "0", "65536", "1e-3", "NaN"])
		assert.match(await announce(bench, "token=token-1", { port }), /failure reason/);
	assert.match(await announce(bench, "token=token-2", { compact: 1 }), /5:peers6:/);
	assert.deepEqual(bench.restarts, []);
});

test("the tracker tells nothing to those who do not announce", async () => {
	await using bench = await openBench({ machines: 1 });
	await announce(bench, "token=token-1");
	for (const path of ["/scrape", "/stats", "/", "/announce"]) {
		const response = await fetch(`http://127.0.0.1:${bench.swarm.ports.tracker}${path}`);
		assert.equal(response.status, 404);
		assert.equal(await response.text(), "");
	}
});

test("an admitted machine is greeted by the source; a stranger's address gets no byte", async () => {
	await using bench = await openBench({ machines: 1 });
	const machine = await greet(bench, "127.0.0.2");
	await until("the machine is greeted", () => machine.bytes() >= 68);
	machine.socket.destroy();
	const stranger = await greet(bench, "127.0.0.99");
	await until("the stranger is cut off", stranger.isClosed);
	assert.equal(stranger.bytes(), 0);
});

test("a machine that is no longer admitted is cut off", async () => {
	await using bench = await openBench({ machines: 1 });
	const machine = await greet(bench, "127.0.0.2");
	await until("the machine is greeted", () => machine.bytes() >= 68);
	bench.swarm.admit([]);
	await until("the machine is cut off", machine.isClosed);
});

test("nobody is told of a machine that is no longer admitted, or no longer there", async () => {
	await using bench = await openBench({ machines: 2 });
	await announce(bench, "token=token-1", { localAddress: "127.0.0.2" });
	const askedBySecond = () => announce(bench, "token=token-2", { localAddress: "127.0.0.3" });
	assert.match(await askedBySecond(), /127\.0\.0\.2/);
	bench.swarm.admit(bench.peers.map((peer) => ({ ...peer, address: peer.address.replace(/2$/, "4") })));
	await until("it is told of no more", async () => !(await askedBySecond()).includes("127.0.0.2"));
	await announce(bench, "token=token-1", { localAddress: "127.0.0.4" });
	assert.match(await askedBySecond(), /127\.0\.0\.4/);
	bench.swarm.admit(bench.peers.slice(1));
	await until("it is told of no more", async () => !(await askedBySecond()).includes("127.0.0.4"));
});

test("a message that declares two gigabytes ends the connection, alone or right behind the handshake", async () => {
	await using bench = await openBench({ machines: 1 });
	const length = Buffer.from("80000000", "hex");
	const hasty = await greet(bench, "127.0.0.2", Buffer.concat([length, Buffer.alloc(10)]));
	await until("the hasty one is cut off", hasty.isClosed);
	const patient = await greet(bench, "127.0.0.2");
	await until("the patient one is greeted", () => patient.bytes() >= 68);
	patient.socket.write(length);
	await until("the patient one is cut off", patient.isClosed);
	assert.deepEqual(bench.restarts, []);
});

test("a daemon that is killed leaves no swarm process behind", async () => {
	const daemon = spawn(process.execPath, [join(import.meta.dirname, "doomed-daemon.ts")], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const [line] = (await once(daemon.stdout, "data")) as [Buffer];
	const pid = Number(line.toString());
	assert.ok(isAlive(pid));
	daemon.kill("SIGKILL");
	await until("the swarm process is gone", () => !isAlive(pid));
});

function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
		throw error;
	}
}
