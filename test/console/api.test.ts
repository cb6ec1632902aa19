import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { ApiServer } from "../../src/console/api/server.ts";
import { ApiError, Client } from "../../src/console/client.ts";
import { type Furnished, furnish } from "./desks.ts";
import { GOOD_KEY, MemoryCockpit, REVOKED, UNLISTED } from "./memory-cockpit.ts";

const log = pino({ level: "silent" });
const cockpit = new MemoryCockpit();
let folder = "";
let socketPath = "";
let furnished: Furnished;
let server: ApiServer;
let client: Client;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-api-"));
	socketPath = join(folder, "run", "api.sock");
	furnished = furnish(folder, cockpit);
	server = serverAt(socketPath);
	await server.start();
	client = new Client(socketPath);
});

after(async () => {
	await client.close();
	await server.stop();
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

function serverAt(path: string, asked: MemoryCockpit = cockpit): ApiServer {
	return new ApiServer({ desks: { ...furnished.desks, cockpit: asked }, socketPath: path, tcp: null, log });
}

async function refusal(call: Promise<unknown>): Promise<ApiError> {
	const error = await call.then(
		() => null,
		(thrown: unknown) => thrown,
	);
	assert.ok(error instanceof ApiError);
	return error;
}

test("the socket can be opened by its owner and group alone", async () => {
	assert.equal((await stat(socketPath)).mode & 0o777, 0o660);
});

/** A process that listens on the path and is killed leaves its socket behind. */
async function leaveSocketAt(path: string): Promise<void> {
	const listens = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("listens"))`;
	const child = spawn(process.execPath, ["-e", listens], { stdio: ["ignore", "pipe", "inherit"] });
	await once(child.stdout, "data");
	child.kill("SIGKILL");
	await once(child, "exit");
}

test("a socket that a killed daemon left behind is replaced", async () => {
	const left = join(folder, "left.sock");
	await leaveSocketAt(left);
	assert.ok((await stat(left)).isSocket(), "it is still there");
	const second = serverAt(left);
	await second.start();
	const other = new Client(left);
	assert.ok(await other.get("status"));
	await other.close();
	await second.stop();
});

test("whatever is not a socket is left alone, and the path is named", async () => {
	const file = join(folder, "precious.txt");
	await writeFile(file, "years of work");
	const link = join(folder, "link.sock");
	await symlink(file, link);
	for (const [path, what] of [
		[file, "a regular file"],
		[link, "a symbolic link"],
		[folder, "a folder"],
	] as const) {
		const second = serverAt(path);
		const refusal = await second.start().catch((error: Error) => error.message);
		await second.stop();
		assert.ok(refusal?.includes(path) && refusal.includes(what), `${refusal}`);
	}
	assert.equal(await readFile(file, "utf8"), "years of work");
	assert.ok((await stat(link)).isFile(), "the link still leads to it");
});

test("a second daemon does not take the socket of a running one", async () => {
	const second = serverAt(socketPath);
	await assert.rejects(second.start(), /another daemon answers/);
	assert.ok(await client.get("status"), "the first one still answers");
});

test("a malformed body is refused with what was expected, and nothing is done", async () => {
	const before = cockpit.acts.length;
	const bodies = [
		{},
		{ by: 7 },
		{ by: "eve", host_key: { type: "ssh-ed25519", fingerprint: "md5:00" } },
		{ by: "eve", host_key: GOOD_KEY, x: 1 },
	];
	for (const body of bodies) {
		const error = await refusal(client.post("machines/mill-01/approve", body));
		assert.equal(error.code, "FS-API-REQUEST", JSON.stringify(body));
	}
	const orders = {
		"policies/office/approve": { by: "eve", revision: "xyz" },
		"policies/office/retry": { by: "eve", only: [] },
		"policies/office/promote": { by: "eve" },
		"machines/mill-01/exclude": { by: "eve", reason: 7 },
		"machines/mill-01/clean": { by: "eve", reason: null },
		"machines/mill-01/include": { by: "" },
		pause: { by: "eve", reason: "audit", policy: "office" },
	};
	for (const [path, body] of Object.entries(orders))
		assert.equal((await refusal(client.post(path, body))).code, "FS-API-REQUEST", path);
	assert.equal((await refusal(client.get("status?detail=some"))).code, "FS-API-REQUEST");
	assert.equal(cockpit.acts.length, before);
	assert.deepEqual(cockpit.orders, []);
});

test("a body over the limit is refused", async () => {
	const error = await refusal(client.post("pause", { by: "eve", reason: "x".repeat(100_000) }));
	assert.equal(error.code, "FS-API-REQUEST");
});

test("an unknown route and an unknown machine are told apart", async () => {
	assert.equal((await refusal(client.get("nothing"))).code, "FS-API-REQUEST");
	assert.equal((await refusal(client.get("machines/nobody/why"))).code, "FS-MACHINE-UNKNOWN");
	assert.equal((await refusal(client.get("policies/nothing"))).code, "FS-POLICY-UNKNOWN");
});

test("a revoked key is approved by nobody, and an unknown machine is told as such", async () => {
	const revoked = await refusal(client.post("machines/mill-01/approve", { by: "eve", host_key: REVOKED }));
	assert.equal(revoked.code, "FS-MACHINE-REVOKED");
	const unlisted = await refusal(client.post("machines/mill-01/approve", { by: "eve", host_key: UNLISTED }));
	assert.equal(unlisted.code, "FS-MACHINE-STRICT");
	const unknown = await refusal(client.post("machines/nobody/approve", { by: "eve", host_key: GOOD_KEY }));
	assert.equal(unknown.code, "FS-MACHINE-UNKNOWN");
});

test("a bug in the daemon does not show its insides", async () => {
	const broken = new MemoryCockpit();
	broken.plan = () => Promise.reject(new Error("secret path /etc/shadow"));
	const path = join(folder, "broken.sock");
	const second = serverAt(path, broken);
	await second.start();
	const other = new Client(path);
	const error = await refusal(other.get("plan"));
	assert.doesNotMatch(error.message, /secret/);
	await other.close();
	await second.stop();
});
