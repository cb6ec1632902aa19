import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Finding } from "../../src/console/host-reports.ts";
import { doctor } from "../../src/daemon/doctor/doctor.ts";
import { init } from "../../src/daemon/init.ts";
import { Journal } from "../../src/record/journal.ts";

const folder = await mkdtemp(join(tmpdir(), "fleetseed-doctor-"));
after(() => rm(folder, { recursive: true }));
const config = join(folder, "fleetseed.yaml");
await init({ folder });
await mkdir(join(folder, "state"), { mode: 0o700 });
await mkdir(join(folder, "helper"));

function configure(lines: string): Promise<void> {
	const own = [
		"version: 1",
		"policies: policies",
		"state: state",
		"socket: doctor.sock",
		"discovery: { enabled: false }",
		"credentials: { key: { systemd: id_ed25519 } }",
		"ssh: { identity: key }",
	];
	return writeFile(config, [...own, lines].join("\n"));
}

function about(findings: readonly Finding[], what: string): Finding {
	const found = findings.find((finding) => finding.about === what);
	assert.ok(found, what);
	return found;
}

test("on a computer where all is well nothing is wrong, and what is not there yet is a note", async () => {
	const journal = new Journal(join(folder, "state/journal.sqlite"));
	journal.append([{ kind: "DaemonStarted", at: 1 }]);
	journal.close();
	await configure("swarm: { tracker_port: 46969, peer_port: 46881, helper_folder: helper }");
	const findings = await doctor({ config });
	assert.deepEqual(
		findings.filter(({ state }) => state === "wrong"),
		[],
	);
	assert.match(about(findings, "journal").saw, /whole, 1 event$/);
	assert.equal(about(findings, "daemon").state, "note");
	assert.equal(about(findings, "daemon").mend, `Start the daemon: fleetseed serve --config ${config}`);
	assert.match(about(findings, "disk").saw, /^\d[\d.]* [KMGT]iB of \d[\d.]* [MGT]iB are free at /);
	assert.equal(about(findings, "helpers").state, "note");
	assert.equal(about(findings, "peer port").state, "good");
	assert.match(about(findings, "ssh key").saw, /\/id_ed25519, ssh-ed25519$/);
});

test("each thing that is wrong is named, with how to mend it", async () => {
	const server = createServer().listen(0);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const closed = createServer().listen(0);
	await once(closed, "listening");
	const silent = (closed.address() as AddressInfo).port;
	closed.close();
	await configure(`swarm: { tracker_port: ${port}, peer_port: 46881 }\ninventory: machines.yaml`);
	await writeFile(
		join(folder, "machines.yaml"),
		`version: 1\nmachines: [{ name: off, address: 127.0.0.1, port: ${silent} }]\n`,
	);
	await writeFile(join(folder, "policies/torn.yaml"), "version: 1\nnaem: x\n");
	await writeFile(
		join(folder, "state/journal.sqlite"),
		"not a database at all, and longer than a header of one hundred bytes, ".repeat(4),
	);
	await chmod(join(folder, "id_ed25519"), 0o644);
	await chmod(join(folder, "state"), 0o755);
	const findings = await doctor({ config });
	server.close();
	for (const what of ["configuration", "ssh key", "state", "journal", "tracker port"]) {
		const { state, mend } = about(findings, what);
		assert.deepEqual([what, state, mend !== null], [what, "wrong", true]);
	}
	assert.match(about(findings, "ssh key").mend ?? "", /^chmod 600 /);
	assert.ok(findings.some(({ about, saw }) => about === "sshd" && /^off do not answer: .*nothing listens/.test(saw)));
});

test("a configuration that cannot be read is the first thing to mend", async () => {
	await writeFile(config, "version: 1\n");
	const findings = await doctor({ config });
	assert.deepEqual(findings.map(({ about, state }) => [about, state])[0], ["configuration", "wrong"]);
	assert.match(findings[0]?.saw ?? "", /fleetseed\.yaml:1:1 policies/);
});
