import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Finding } from "../../src/console/host-reports.ts";
import { clock } from "../../src/daemon/doctor/clock.ts";
import { doctor } from "../../src/daemon/doctor/doctor.ts";
import { sshd } from "../../src/daemon/doctor/machines.ts";
import { discovery } from "../../src/daemon/doctor/network.ts";
import { init } from "../../src/daemon/init.ts";
import { parseSettings } from "../../src/policy/parse-settings.ts";
import { Journal } from "../../src/record/journal.ts";
import { DemoFleet } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";

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
	for (const what of ["clock", "mDNS", "sshd", "tracker port"]) about(findings, what);
});

test("each thing that is wrong is named, with how to mend it", async () => {
	const server = createServer().listen(0);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const closed = createServer().listen(0);
	await once(closed, "listening");
	const silent = (closed.address() as AddressInfo).port;
	closed.close();
	const api = `api: { listen: "127.0.0.1:${port}" }`;
	await configure(`swarm: { tracker_port: ${port}, peer_port: 46881 }\ninventory: machines.yaml\n${api}`);
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
	for (const what of ["configuration", "ssh key", "state", "journal", "tracker port", "api port"]) {
		const { state, mend } = about(findings, what);
		assert.deepEqual([what, state, mend !== null], [what, "wrong", true]);
	}
	assert.match(about(findings, "ssh key").mend ?? "", /^chmod 600 /);
	assert.ok(
		findings.some(({ about, saw }) => about === "sshd" && /^off does not answer: nothing listens for SSH/.test(saw)),
	);
	assert.ok(!findings.some(({ about, state }) => about === "sshd" && state === "good"), "nobody answers");
	assert.match(about(findings, "api port").mend ?? "", /set api\.listen\.$/);
});

test("a port that is taken is no fault where it cannot be known whether the daemon has it", async () => {
	const server = createServer().listen(0);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	await configure(`swarm: { tracker_port: ${port}, peer_port: 46881 }`);
	assert.equal(about(await doctor({ config }), "tracker port").state, "wrong", "nobody answers, so it is another's");
	await writeFile(join(folder, "doctor.sock"), "no socket at all");
	const { state, saw, mend } = about(await doctor({ config }), "tracker port");
	await rm(join(folder, "doctor.sock"));
	server.close();
	assert.equal(saw, `${port}/tcp is taken, by the daemon or by another program`);
	assert.deepEqual([state, mend], ["note", "Run this as root to know which."]);
});

test("a daemon of another release answers, and is noted as that", async (t) => {
	await configure("swarm: { tracker_port: 46969, peer_port: 46881, helper_folder: helper }");
	const daemon = createHttpServer((_, response) => response.setHeader("fleetseed-release", "0.0.9").end("[]"));
	daemon.listen(join(folder, "doctor.sock"));
	await once(daemon, "listening");
	t.after(() => daemon.close());
	const { state, saw, mend } = about(await doctor({ config }), "daemon");
	assert.equal(state, "note");
	assert.match(saw, /^the daemon is of release 0\.0\.9, and this command of \d/);
	assert.match(mend ?? "", /systemctl restart fleetseed/);
});

test("a configuration that cannot be read is the first thing to mend", async () => {
	await writeFile(config, "version: 1\n");
	const findings = await doctor({ config });
	assert.deepEqual(findings.map(({ about, state }) => [about, state])[0], ["configuration", "wrong"]);
	assert.match(findings[0]?.saw ?? "", /fleetseed\.yaml:1:1 policies/);
});

test("a machine that announces itself is heard, and one that shows another key than the approved one is wrong", async (t) => {
	const fleet = new DemoFleet();
	const { publicKey } = await makeIdentity(folder);
	const name = `doctor-${process.pid}`;
	await fleet.start({ folder: join(folder, "machines"), names: [name], publicKey });
	t.after(() => fleet.stop());
	const [machine] = fleet.machines;
	assert.ok(machine);
	const { type, fingerprint } = machine.hostKey;
	const known = (key: string) => ({ ...machine, trust: "approved", keys: [key] });
	assert.deepEqual(await sshd([known(`${type} ${fingerprint}`)]), [
		{ about: "sshd", state: "good", saw: "1 machine answers", mend: null },
	]);
	const changed = (await sshd([known(`${type} SHA256:${"x".repeat(43)}`)])).find(({ state }) => state === "wrong");
	assert.equal(changed?.saw, `${name}: another host key than the one approved is shown`);
	assert.match(changed.mend ?? "", /compare fingerprints/);
	const parsed = parseSettings("version: 1\npolicies: p\ndiscovery: { interfaces: [127.0.0.1] }\n", "heard.yaml");
	assert.ok("settings" in parsed);
	// Machines of other tests may be heard, too.
	const heard = await discovery(parsed.settings);
	assert.equal(heard.state, "good");
	assert.match(heard.saw, /^(1 machine answers|\d+ machines answer)$/);
});

for (const [says, state, saw] of [
	["echo yes", "good", /^it is kept in time$/],
	["echo no", "note", /^nothing keeps it in time$/],
	["exit 1", "note", /^timedatectl does not say/],
] as const)
	test(`the clock, where timedatectl does "${says}", is ${state}`, async (t) => {
		const programs = await mkdtemp(join(folder, "programs-"));
		await writeFile(join(programs, "timedatectl"), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
		const { PATH } = process.env;
		process.env.PATH = `${programs}:${PATH}`;
		t.after(() => {
			process.env.PATH = PATH;
		});
		const found = await clock();
		assert.deepEqual([found.about, found.state], ["clock", state]);
		assert.match(found.saw, saw);
		assert.equal(found.mend === null, state === "good");
	});
