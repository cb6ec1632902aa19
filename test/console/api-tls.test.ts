import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { pino } from "pino";
import { ApiServer } from "../../src/console/api/server.ts";
import type { Role } from "../../src/console/cockpit.ts";
import { until } from "../notify/until.ts";
import { type Furnished, furnish } from "./desks.ts";
import { MemoryCockpit } from "./memory-cockpit.ts";

const HOST = "fleet.example.org";
const cockpit = new MemoryCockpit();
let folder = "";
let furnished: Furnished;
let server: ApiServer;
let port = 0;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-tls-"));
	await makeAuthority("own");
	await makeAuthority("strange");
	const [keyFile, certFile] = await certify("own", HOST);
	furnished = furnish(folder, cockpit);
	const tcp = { host: "127.0.0.1", port: 0, tls: { certFile, keyFile }, allowedHosts: [HOST], origins: [] };
	const log = pino({ level: "silent" });
	server = new ApiServer({ desks: furnished.desks, socketPath: join(folder, "api.sock"), tcp, log });
	await server.start();
	port = Number(new URL(server.url() ?? "").port);
});

after(async () => {
	await server.stop();
	furnished.journal.close();
	await rm(folder, { recursive: true });
});

test("who trusts the authority reaches the API, and a token of each role gets as far as its role goes", async () => {
	assert.equal(server.url(), `https://${HOST}:${port}`, "by the name that its certificate has");
	const codesOf = async (role: Role) => {
		const token = furnished.desks.tokens.make({ name: role, role, lifetimeMs: null, by: "root" })?.token;
		const asked = [
			ask("GET", "plan", token),
			ask("POST", "pause", token),
			ask("POST", "machines/nobody/forget", token),
			ask("GET", "tokens", token),
		];
		return (await Promise.all(asked)).map(({ status }) => status);
	};
	assert.deepEqual(await codesOf("viewer"), [200, 403, 403, 403]);
	assert.deepEqual(await codesOf("operator"), [200, 200, 403, 403]);
	assert.deepEqual(await codesOf("approver"), [200, 403, 404, 403]);
	assert.deepEqual(await codesOf("admin"), [200, 200, 404, 200]);
	assert.equal((await ask("GET", "plan", undefined)).status, 401);
	assert.match(String((await ask("GET", "plan", undefined)).headers["strict-transport-security"]), /max-age=\d+/);
});

test("the cookie of a login over TLS is for TLS alone", async () => {
	const token = furnished.desks.tokens.make({ name: "page", role: "viewer", lifetimeMs: null, by: "root" })?.token;
	const { status, headers } = await ask("POST", "session", undefined, { body: JSON.stringify({ token }) });
	assert.equal(status, 200);
	assert.match(String(headers["set-cookie"]), /^fleetseed=fst_\S+; .*; Secure$/);
});

test("a client that trusts another authority, or expects another name, sends nothing", async () => {
	const before = cockpit.orders.length;
	await assert.rejects(ask("POST", "pause", "fst_secret", { ca: "strange" }), /unable to verify|self-signed/);
	await assert.rejects(ask("POST", "pause", "fst_secret", { name: "other.example.org" }), /does not match/);
	assert.equal(cockpit.orders.length, before);
});

test("plain HTTP on the port of TLS is answered by nobody", async () => {
	const plain = new Promise((resolve, reject) => {
		const headers = { host: HOST };
		overHttp({ host: "127.0.0.1", port, path: "/api/v1/plan", headers }, resolve).on("error", reject).end();
	});
	await assert.rejects(plain, /socket hang up|ECONNRESET/);
	const token = furnished.desks.tokens.make({ name: "later", role: "viewer", lifetimeMs: null, by: "root" })?.token;
	assert.equal((await ask("GET", "plan", token)).status, 200, "and others are not disturbed");
});

test("a certificate that cannot be read keeps the API from starting, and says which file", async () => {
	const tls = { certFile: join(folder, "nothing.pem"), keyFile: join(folder, "nothing.key") };
	const tcp = { host: "127.0.0.1", port: 0, tls, allowedHosts: [HOST], origins: [] };
	const log = pino({ level: "silent" });
	const other = new ApiServer({ desks: furnished.desks, socketPath: join(folder, "other.sock"), tcp, log });
	await assert.rejects(other.start(), /nothing\.pem: cannot be read: .*\(FS-CONFIG\)/);
	await other.stop();
});

test("a new certificate is taken without a restart; one that does not fit its key is named, and changes nothing", async () => {
	assert.deepEqual(await server.readCertificate(), []);
	const [keyFile] = await certify("strange", HOST);
	assert.deepEqual(await server.readCertificate(), []);
	assert.equal((await ask("GET", "plan", undefined, { ca: "strange" })).status, 401);
	await assert.rejects(ask("GET", "plan", undefined), /unable to verify|self-signed/);
	await openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", keyFile);
	const [problem] = await server.readCertificate();
	assert.match(`${problem?.file} ${problem?.saw} ${problem?.code}`, /api\.pem .*key values mismatch.* FS-CONFIG/);
	await rm(join(folder, "api.pem"));
	assert.match(String((await server.readCertificate())[0]?.saw), /api\.pem: cannot be read/);
	assert.equal((await ask("GET", "plan", undefined, { ca: "strange" })).status, 401, "the one of before stays");
	await certify("own", HOST);
	assert.deepEqual(await server.readCertificate(), []);
	assert.equal((await ask("GET", "plan", undefined)).status, 401);
});

test("who opens connections without end, and says nothing on them, takes no place from others", async (t) => {
	const idle: Socket[] = [];
	t.after(() => {
		for (const socket of idle) socket.destroy();
	});
	const open = (localAddress: string) => {
		const sockets = Array.from({ length: 700 }, () => connect({ host: "127.0.0.1", port, localAddress }));
		for (const socket of sockets) socket.on("error", () => undefined).resume();
		idle.push(...sockets);
	};
	const held = () => idle.filter((socket) => !socket.closed).length;
	open("127.0.0.2");
	await until(() => held() <= 500);
	assert.equal((await ask("GET", "plan", undefined)).status, 401, "another address is answered");
	open("127.0.0.3");
	await until(() => held() <= 1000);
	assert.ok(held() > 900, `${held()} held`);
});

interface Asking {
	/** The authority that the client trusts. */
	readonly ca?: string;
	/** What it takes the server for. */
	readonly name?: string;
	/** What it sends. */
	readonly body?: string;
}

async function ask(method: string, path: string, token: string | undefined, asking: Asking = {}) {
	const { ca = "own", name = HOST, body = "{}" } = asking;
	const headers = {
		host: HOST,
		"content-type": "application/json",
		...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
	};
	const trust = { ca: await readFile(join(folder, `${ca}.pem`)), servername: name, agent: false as const };
	const options = { host: "127.0.0.1", port, path: `/api/v1/${path}`, method, headers, ...trust };
	const answer = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
		overHttps(options, resolve)
			.on("error", reject)
			.end(method === "POST" ? body : "");
	});
	return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

const openssl = (...argv: readonly string[]) => promisify(execFile)("openssl", argv, { cwd: folder });

async function makeAuthority(name: string): Promise<void> {
	const subject = ["-subj", `/CN=${name}`, "-days", "2"];
	await openssl("req", "-x509", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.pem`, ...subject);
}

/** Signed by the authority: the key's file and the certificate's. */
async function certify(authority: string, name: string): Promise<readonly [string, string]> {
	await writeFile(join(folder, "names"), `subjectAltName=DNS:${name}`);
	await openssl("req", ...KEY, "-keyout", "api.key", "-out", "api.csr", "-subj", `/CN=${name}`);
	const signing = ["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`, "-CAcreateserial", "-days", "2"];
	await openssl("x509", "-req", "-in", "api.csr", "-out", "api.pem", "-extfile", "names", ...signing);
	return [join(folder, "api.key"), join(folder, "api.pem")];
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] as const;
