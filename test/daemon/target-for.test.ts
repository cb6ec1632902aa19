import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Known } from "../../src/daemon/known.ts";
import { parseSshConfig } from "../../src/daemon/ssh-config.ts";
import { type Access, type Knowledge, targetFor } from "../../src/daemon/target-for.ts";
import { parseSettings, type Settings } from "../../src/policy/parse-settings.ts";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { parseKnownHosts } from "../../src/push/known-hosts.ts";
import { APPROVED, fleetOf } from "../plan/fleet-of.ts";

const line = makeKeyPair().public.split(" ").slice(0, 2).join(" ").trim();
const hostKey = hostKeyOf(Buffer.from(line.split(" ")[1] ?? "", "base64"));
const PINNED = APPROVED.kind === "approved" ? APPROVED.hostKeys : [];

async function knowledge(t: TestContext, { config = "", knownHosts = "", settings = "" }): Promise<Knowledge> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-target-"));
	t.after(() => rm(folder, { recursive: true, force: true }));
	for (const name of ["own", "config", "policy"]) await writeFile(join(folder, name), `key ${name}`, { mode: 0o600 });
	process.env.FLEETSEED_TEST_SECRET = "hush";
	const text = `version: 1\npolicies: p\ncredentials: {word: {environment: FLEETSEED_TEST_SECRET}, key: {file: ${folder}/policy}}\n`;
	const parsed = parseSettings(`${text}${settings || `ssh: {identity_file: ${folder}/own}`}\n`, "f");
	assert.ok("settings" in parsed, JSON.stringify(parsed));
	const read = parseSshConfig(config.replaceAll("FOLDER", folder), "f");
	assert.ok("sshConfig" in read);
	const known: Known = {
		inventory: { machines: [], groups: [] },
		knownHosts: parseKnownHosts(knownHosts),
		sshConfig: read.sshConfig,
	};
	const machines = { "mill-01": { address: "10.0.0.1", port: 22 }, gate: { address: "10.0.0.9", port: 2209 } };
	return { ledger: { fleet: fleetOf({ machines }) }, settings: parsed.settings as Settings, known: () => known };
}

async function reached(
	t: TestContext,
	files: Parameters<typeof knowledge>[1],
	access: Partial<Access["ssh"]> = {},
	become?: Access["become"],
) {
	const known = await knowledge(t, files);
	const policy = { ssh: { connectTimeoutMs: 1_000, ...access }, ...(become ? { become } : {}) };
	const target = await targetFor(known, "mill-01", policy);
	assert.ok(!("code" in target), JSON.stringify(target));
	return target;
}

const CONFIG = `
Host mill-*
	HostName %h.lan
	Port 2201
	User config
	IdentityFile FOLDER/config
	ProxyJump gate,ops@[fd00::7]:2207
Host gate
	User keeper
`;

test("where nobody says more, a machine is reached where it is, as root and with the daemon's own key", async (t) => {
	const { address, port, user, privateKey, jumps, hostKeys } = await reached(t, {});
	assert.deepEqual([address, port, user, privateKey, jumps], ["10.0.0.1", 22, "root", "key own", undefined]);
	assert.deepEqual(hostKeys, PINNED);
});

test("ssh_config outranks the machine and the daemon's configuration, and the policy outranks ssh_config", async (t) => {
	const byConfig = await reached(t, { config: CONFIG });
	assert.deepEqual(
		[byConfig.address, byConfig.port, byConfig.user, byConfig.privateKey],
		["mill-01.lan", 2201, "config", "key config"],
	);
	const byPolicy = await reached(
		t,
		{ config: CONFIG },
		{ user: "deploy", port: 22, identity: "key", proxyJump: "none" },
	);
	assert.deepEqual(
		[byPolicy.port, byPolicy.user, byPolicy.privateKey, byPolicy.jumps],
		[22, "deploy", "key policy", undefined],
	);
});

test("machines on the way are asked for a sign of life as often as those behind them", async (t) => {
	const { keepalive, jumps = [] } = await reached(t, { config: CONFIG, knownHosts: `[fd00::7]:2207 ${line}\n` });
	assert.deepEqual([...new Set([keepalive, ...jumps.map((hop) => hop.keepalive)])], [keepalive]);
});

test("machines on the way have their own users, ports and keys: approved ones, or known ones", async (t) => {
	const { jumps = [] } = await reached(t, { config: CONFIG, knownHosts: `[fd00::7]:2207 ${line}\n` });
	assert.deepEqual(
		jumps.map(({ machine, address, port, user, hostKeys }) => ({ machine, address, port, user, hostKeys })),
		[
			{ machine: "gate", address: "10.0.0.9", port: 2209, user: "keeper", hostKeys: PINNED },
			{ machine: "fd00::7", address: "fd00::7", port: 2207, user: "ops", hostKeys: [hostKey] },
		],
	);
});

test("a key of a machine on the way is unlocked by the passphrase that the policy names", async (t) => {
	const config = `${CONFIG}\tIdentityFile FOLDER/policy\n`;
	const { jumps = [] } = await reached(t, { config }, { passphrase: "word", identity: "key" });
	const [gate] = jumps;
	assert.deepEqual([gate?.privateKey, gate?.passphrase], ["key policy", "hush"]);
});

test("a policy that names one way to log in uses no other", async (t) => {
	const { privateKey, password } = await reached(t, { config: CONFIG }, { password: "word" });
	assert.deepEqual([privateKey, password], [undefined, "hush"]);
});

test("sudo's password is the policy's, or else the daemon's, and doas gets none", async (t) => {
	const settings = "ssh: {identity: key, become_password: word}";
	const sudo = { method: "sudo", user: "root" } as const;
	assert.deepEqual((await reached(t, { settings }, {}, sudo)).become, { ...sudo, password: "hush" });
	assert.deepEqual((await reached(t, {}, {}, { ...sudo, password: "word" })).become, { ...sudo, password: "hush" });
	const doas = { method: "doas", user: "root" } as const;
	assert.deepEqual((await reached(t, { settings }, {}, doas)).become, doas);
});

test("what is wrong with a secret is told before anything is reached", async (t) => {
	const known = await knowledge(t, {});
	const codeOf = async (ssh: Partial<Access["ssh"]>, become?: Access["become"]) => {
		const target = await targetFor(known, "mill-01", {
			ssh: { connectTimeoutMs: 1, ...ssh },
			...(become ? { become } : {}),
		});
		return "code" in target ? target.code : "a target";
	};
	assert.equal(await codeOf({ identity: "none-of-this-name" }), "FS-CREDENTIAL-UNKNOWN");
	assert.equal(await codeOf({}, { method: "sudo", user: "root", password: "none" }), "FS-CREDENTIAL-UNKNOWN");
	assert.equal(await codeOf({ identityFile: "/nonexistent" }), "FS-SSH-KEY");
	const { identityFile = "" } = known.settings.ssh.login;
	await chmod(identityFile, 0o644);
	assert.equal(await codeOf({}), "FS-CREDENTIAL-MODE");
});
