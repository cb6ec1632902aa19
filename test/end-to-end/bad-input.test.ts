import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { AuditLine, StatusReport } from "../../src/console/cockpit.ts";
import { operatorName } from "../../src/console/commands/context.ts";
import type { Finding } from "../../src/console/host-reports.ts";
import { run } from "../console/command-line.ts";
import { Controller, freePort } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";
import { until } from "../demo/until.ts";

const HELLO = '#!/bin/sh\ntouch "$HOME/hello"\n';
const fleet = new DemoFleet();
let folder = "";
let name = "";
let controller: Controller;

/** One machine, and one good policy that has been installed on it. */
before(async () => {
	folder = await mkdtemp(join(tmpdir(), "fleetseed-bad-"));
	name = `bad-${folder.slice(-6).toLowerCase()}`;
	controller = new Controller(folder);
	const identity = await makeIdentity(folder);
	await fleet.start({ folder: join(folder, "machines"), names: [name], publicKey: identity.publicKey });
	await writeFile(join(folder, "hello.sh"), HELLO);
	const knownHosts = knownHostsOf(fleet.machines);
	await controller.configure({ policy: policy("good", sha256(HELLO)), knownHosts, identityFile: identity.file });
	controller.start();
	await until(controller, "the good policy is installed", ({ totals }) => totals.installed === 1);
});

after(async () => {
	await controller.stop();
	await fleet.stop();
	await rm(folder, { recursive: true, force: true });
});

function policy(policyName: string, digest: string): object {
	const source = { url: `file://${join(folder, "hello.sh")}` };
	const detection = [{ type: "file", path: `~/${policyName === "good" ? "hello" : policyName}` }];
	return {
		version: 1,
		name: policyName,
		packages: [{ name: policyName, version: "1", type: "script", source, checksum: `sha256:${digest}`, detection }],
		targets: { machines: [name] },
		schedule: "now",
	};
}

/** Our machine's reason: machines of other tests may be heard on the same loopback. */
const reasonIn = (machines: StatusReport["machines"]) => machines.find((each) => each.name === name)?.reason ?? "";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const policyFile = (file: string) => join(folder, "policies", file);

test("the state is the daemon's alone, and a second daemon on it is refused before it touches anything", async () => {
	assert.equal((await stat(join(folder, "state"))).mode & 0o777, 0o700);
	const { err, code } = await run(["serve", "--config", join(folder, "fleetseed.yaml")]);
	assert.equal(code, 1, "the other may end, and then this one can start");
	assert.match(err, /state: another daemon is at work here \(FS-DAEMON-RUNNING\)\n/);
	assert.equal((await controller.status())?.totals.installed, 1, "the first goes on");
});

test("doctor finds the daemon of the configuration that it looks at, wherever its socket is", async () => {
	const config = join(folder, "fleetseed.yaml");
	const { out } = await run(["doctor", "--config", config, "--json"]);
	assert.equal(
		(await run(["check"], { FLEETSEED_CONFIG: config })).out,
		(await run(["check", "--config", config])).out,
	);
	const findings = JSON.parse(out) as readonly Finding[];
	assert.match(findings.find(({ about }) => about === "daemon")?.saw ?? "", /^it answers and knows \d+ machines/);
});

test("a configuration with a mistake starts nothing, and the exit code says so", async () => {
	const config = join(folder, "bad.yaml");
	await writeFile(config, "version: 1\nstat: here\n");
	const { err, code } = await run(["serve", "--config", config]);
	assert.deepEqual([code, /bad\.yaml:2:1 stat: /.test(err)], [2, true], err);
});

test("a state folder that cannot be made is told, and starts nothing", async () => {
	const config = join(folder, "nowhere.yaml");
	await writeFile(config, "version: 1\npolicies: policies\nstate: /proc/fleetseed\n");
	const { err, code } = await run(["serve", "--config", config]);
	assert.equal(code, 2);
	assert.match(err, /^state: \/proc\/fleetseed cannot be made: ENOENT.* \(FS-CONFIG\)\n.+\n$/);
});

test("an API port that is taken is told in a sentence, and what had begun is ended", async () => {
	const taken = createServer().listen(0, "127.0.0.1");
	await once(taken, "listening");
	const { port } = taken.address() as AddressInfo;
	const config = join(folder, "taken.yaml");
	const ports = `swarm: { address: 127.0.0.1, tracker_port: ${await freePort()}, peer_port: ${await freePort()} }`;
	const own = ["policies: none", "state: other", "socket: other.sock", "discovery: { enabled: false }", ports];
	await mkdir(join(folder, "none"));
	await writeFile(config, ["version: 1", ...own, `api: { listen: "127.0.0.1:${port}" }`].join("\n"));
	const { err, code } = await run(["serve", "--config", config]);
	taken.close();
	assert.equal(code, 1, "whoever has it may go, and then this one can start");
	assert.match(err, /^the API cannot listen: listen EADDRINUSE.* \(FS-CONFIG\)\nStop who has it .+ api\.listen\.\n$/);
});

async function reload(): Promise<{ readonly out: string; readonly code: number }> {
	return controller.command("reload").then(
		(out) => ({ out, code: 0 }),
		(error: { stdout: string; code: number }) => ({ out: error.stdout, code: error.code }),
	);
}

for (const [what, text, code] of [
	["torn YAML", "version: 1\nname: good\npackages: [{ name: hello\n", /atlas\.yaml:\d+:\d+.*\(FS-POLICY-SYNTAX\)/],
	["a cron line that never fires", null, /atlas\.yaml:\d+:\d+ schedule\.cron.*\(FS-POLICY-CRON-NEVER\)/],
	["an empty selection", null, /atlas\.yaml:\d+:\d+ targets.*\(FS-POLICY-SELECTION\)/],
] as const) {
	test(`${what} is told with its place and code, and the last good policy stays live`, async () => {
		const bad = {
			...policy("good", sha256(HELLO)),
			...(what === "an empty selection"
				? { targets: { machines: [] } }
				: { schedule: { cron: "0 0 31 2 *", time_zone: "UTC" } }),
		};
		await writeFile(policyFile("atlas.yaml"), text ?? JSON.stringify(bad));
		const reloaded = await reload();
		assert.equal(reloaded.code, 1);
		assert.match(reloaded.out, code);
		const status = await controller.status();
		assert.match(status?.problems.join("\n") ?? "", code);
		assert.deepEqual(
			status?.rollouts.map((rollout) => [rollout.policy, rollout.machines[0]?.state]),
			[["good", "verified"]],
		);
		await writeFile(policyFile("atlas.yaml"), JSON.stringify(policy("good", sha256(HELLO))));
		assert.deepEqual(await reload(), { out: "reloaded\n", code: 0 });
	});
}

test("who had the files read again is in the audit, with what that changed of the configuration", async () => {
	const config = join(folder, "fleetseed.yaml");
	const before = await readFile(config, "utf8");
	await writeFile(config, `${before}\napprovals: { above_machines: 500 }\n`);
	await reload();
	await writeFile(config, before);
	await reload();
	const [relaxed, raised] = await reloads();
	assert.equal(raised?.detail, "approvals changes now");
	assert.equal(raised.who, operatorName());
	assert.equal(relaxed?.detail, "approvals changes now");
});

test("what was changed of the configuration while no daemon ran is in the audit from the start on", async () => {
	const config = join(folder, "fleetseed.yaml");
	const before = await readFile(config, "utf8");
	await controller.stop();
	await writeFile(config, `${before}\napprovals: { above_machines: 500 }\n`);
	controller = new Controller(folder);
	controller.start();
	await until(controller, "it is there again", ({ totals }) => totals.installed === 1);
	const [started] = await reloads();
	assert.deepEqual([started?.who, started?.detail], ["start", "approvals changes now"]);
	await writeFile(config, before);
	await reload();
});

/** The lines of the audit, the newest first. */
async function reloads(): Promise<readonly AuditLine[]> {
	const lines = (await controller.command("audit", "export")).trim().split("\n");
	return lines
		.map((line) => JSON.parse(line) as AuditLine)
		.filter(({ act }) => act === "reload")
		.toReversed();
}

test("a wrong checksum is refused and set aside, and the machine says why it waits", async () => {
	await writeFile(policyFile("wrong.yaml"), JSON.stringify(policy("wrong", "0".repeat(64))));
	await reload();
	const status = await until(controller, "the package is refused", ({ machines }) =>
		/FS-ACQUIRE-DIGEST/.test(reasonIn(machines)),
	);
	assert.match(reasonIn(status.machines), new RegExp(`expected sha256 0{64}, saw ${sha256(HELLO)}`));
	const kept = await readdir(join(folder, "state", "quarantine"));
	assert.deepEqual(kept, [`${"0".repeat(64)}-${sha256(HELLO).slice(0, 16)}`]);
	const why = await controller.command("why", name);
	assert.match(
		why,
		/^wrong \(.*waiting since .*: the package is not there: .*\(FS-ACQUIRE-DIGEST\).*fleetseed retry --package/m,
	);
	await rm(policyFile("wrong.yaml"));
	await reload();
});

test("a policy folder that cannot be read is a problem, and every policy stays live", async () => {
	await rm(join(folder, "policies"), { recursive: true });
	const { out, code } = await reload();
	assert.equal(code, 1);
	assert.match(out, /policies:1:1: expected to be readable, got ENOENT.*\(FS-CONFIG\)/);
	assert.deepEqual(
		(await controller.status())?.rollouts.map(({ policy: each }) => each),
		["good"],
	);
	await mkdir(join(folder, "policies"));
});

test("a second daemon on the same state folder is refused, and the first one goes on", async () => {
	const second = new Controller(folder);
	second.start();
	assert.equal(await second.ended(), 1);
	assert.ok(await controller.status());
});
