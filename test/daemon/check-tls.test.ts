import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { checkInstalled } from "../../src/daemon/check-installed.ts";
import { checkTls } from "../../src/daemon/check-tls.ts";
import { run } from "../console/command-line.ts";

let folder = "";
const file = (name: string) => join(folder, name);

before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-check-tls-"));
	for (const name of ["own", "other"]) {
		const request = ["req", "-x509", "-nodes", "-days", "30", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
		const made = ["-subj", "/CN=fleet", "-keyout", file(`${name}.key`), "-out", file(`${name}.crt`)];
		await promisify(execFile)("openssl", [...request, ...made]);
	}
	await writeFile(file("fleetseed.yaml"), "version: 1\npolicies: .\nstate: state\n");
});
after(() => rm(folder, { recursive: true }));

function tls(cert: string, key: string, now = Date.now()) {
	const files = { certFile: file(cert), keyFile: key.startsWith("/") ? key : file(key) };
	return checkTls({ host: "127.0.0.1", port: 8443, tls: files, allowedHosts: [], origins: [] }, now);
}

test("a certificate with its key is good, and one that has run out is worth a note", async () => {
	assert.deepEqual(await checkTls(null, Date.now()), { problems: [], notes: [] });
	assert.deepEqual(await tls("own.crt", "own.key"), { problems: [], notes: [] });
	const late = await tls("own.crt", "own.key", Date.now() + 40 * 86_400_000);
	assert.match(late.notes.join(), /own\.crt counts no longer since /);
});

test("a key of another certificate, and a file that is none, are problems", async () => {
	assert.match((await tls("own.crt", "other.key")).problems.join(), /^api\.tls: expected .*mismatch.*\(FS-CONFIG\)$/);
	assert.match((await tls("fleetseed.yaml", "own.key")).problems.join(), /^api\.tls: expected a PEM certificate/);
});

test("what only the running service sees is not missed elsewhere", async () => {
	const { problems, notes } = await tls("own.crt", "/run/credentials/fleetseed.service/nobody-has-this.key");
	assert.deepEqual(problems, []);
	assert.match(notes.join(), /^api\.tls\.key_file: .* cannot be looked at here \(ENOENT\)$/);
});

test("check finds a certificate that is not there, for which the daemon would not start", async () => {
	const config = file("away.yaml");
	const api = 'api: { listen: "127.0.0.1:8443", tls: { cert_file: away.crt, key_file: own.key } }';
	await writeFile(config, `version: 1\npolicies: none\nstate: state\n${api}\n`);
	const expected = /^.*away\.yaml: api\.tls\.cert_file: expected a file to read, got ENOENT.*away\.crt' \(FS-CONFIG\)$/;
	assert.match((await checkInstalled({ config })).problems.at(-1) ?? "", expected);
	const { err, code } = await run(["serve", "--config", config]);
	assert.deepEqual([code, expected.test(err.split("\n")[0] ?? "")], [2, true], err);
});
