import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { MAIN, run } from "../console/command-line.ts";
import { freePort } from "../demo/controller.ts";

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"] as const;
let folder = "";
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-certificate-"));
	await mkdir(join(folder, "policies"));
});
after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

function issue(name: string): Promise<unknown> {
	const files = ["-keyout", "api.key", "-out", "api.crt", "-subj", `/CN=${name}`];
	return promisify(execFile)("openssl", ["req", "-x509", ...KEY, ...files], { cwd: folder });
}

async function configure(port: number): Promise<string> {
	const [trackerPort, peerPort] = await Promise.all([freePort(), freePort()]);
	const file = join(folder, "fleetseed.yaml");
	const settings = {
		...{ version: 1, policies: "policies", state: "state", socket: join(folder, "api.sock") },
		api: { listen: `127.0.0.1:${port}`, tls: { cert_file: "api.crt", key_file: "api.key" } },
		discovery: { enabled: false },
		swarm: { address: "127.0.0.1", tracker_port: trackerPort, peer_port: peerPort },
	};
	await writeFile(file, stringify(settings));
	return file;
}

/** Whose certificate is shown. */
async function shownAt(port: number): Promise<string> {
	const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
	await once(socket, "secureConnect");
	const { subject } = socket.getPeerCertificate();
	socket.destroy();
	return String(subject.CN);
}

test("a daemon takes a new certificate with a reload, says what is wrong with another, and ends with the journal's head in its log", async (t) => {
	const port = await freePort();
	await issue("first");
	const config = await configure(port);
	const daemon = spawn(process.execPath, [MAIN, "serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
	t.after(() => daemon.kill("SIGKILL"));
	const told: { readonly msg: string; readonly head?: { readonly seq: number; readonly hash: string } }[] = [];
	const lines = createInterface(daemon.stdout);
	const ready = new Promise<void>((resolve) => {
		lines.on("line", (line) => {
			const entry = JSON.parse(line);
			told.push(entry);
			if (entry.msg === "ready") resolve();
		});
	});
	await ready;
	const fleetseed = (...words: readonly string[]) => run(["--socket", join(folder, "api.sock"), ...words]);
	assert.equal(await shownAt(port), "first");
	await issue("second");
	assert.equal((await fleetseed("reload")).code, 0);
	assert.equal(await shownAt(port), "second");
	await writeFile(join(folder, "api.crt"), "torn");
	const { out, err, code } = await fleetseed("reload");
	assert.equal(code, 1);
	assert.match(out + err, /api\.crt:1:1: expected a certificate and its key, .* \(FS-CONFIG\)/);
	assert.equal(await shownAt(port), "second");
	daemon.kill("SIGTERM");
	await once(daemon, "close");
	const { head } = told.find(({ msg }) => msg === "stopped") ?? assert.fail("it said nothing of its end");
	const known = `${head?.seq}:${head?.hash}`;
	const journal = join(folder, "state", "journal.sqlite");
	const verified = await run(["audit", "verify", "--journal", journal, "--head", known]);
	assert.deepEqual([verified.code, verified.err], [0, ""]);
	assert.match(verified.out, new RegExp(known), "it is the last line");
});
