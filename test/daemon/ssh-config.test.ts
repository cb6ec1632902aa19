import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseSshConfig, type SshConfig } from "../../src/daemon/ssh-config.ts";
import { describeProblem } from "../../src/policy/document.ts";

const TEXT = `
# the usual things
Host mill-* !mill-09
	HostName %h.lan.example
	User deploy
	ProxyJump gate@bastion:2222,inner

Host mill-03
	HostName 10.0.0.3
	Port 2203
	User late

host=desk-1
  identityfile ~/.ssh/desk
  Port = 22

Host bastion
	HostName "bastion.example.org"
	ServerAliveInterval 7
	IdentityAgent SSH_AUTH_SOCK

Host *
	User everybody
	IdentityFile /etc/keys/%h
`;

function read(text: string): SshConfig {
	const parsed = parseSshConfig(text, "/etc/fleetseed/ssh_config");
	assert.ok("sshConfig" in parsed, JSON.stringify(parsed));
	return parsed.sshConfig;
}

test("says of a host what ssh_config(5) says: the first value that is found counts", () => {
	const config = read(TEXT);
	assert.deepEqual(config("mill-03"), {
		hostName: "mill-03.lan.example",
		port: 2203,
		user: "deploy",
		identityFile: "/etc/keys/mill-03",
		proxyJump: "gate@bastion:2222,inner",
	});
	assert.deepEqual(config("desk-1"), { port: 22, user: "everybody", identityFile: join(homedir(), ".ssh/desk") });
	assert.equal(config("bastion").identityAgent, "SSH_AUTH_SOCK");
	assert.equal(config("mill-09").hostName, undefined);
});

test("agrees with ssh -G of OpenSSH", () => {
	const folder = mkdtempSync(join(tmpdir(), "fleetseed-ssh-config-"));
	try {
		const file = join(folder, "config");
		writeFileSync(file, TEXT);
		const config = read(TEXT);
		for (const host of ["mill-01", "mill-03", "mill-09", "desk-1", "bastion", "elsewhere"]) {
			const said = execFileSync("ssh", ["-G", "-F", file, host], { encoding: "utf8", stdio: "pipe" }).split("\n");
			const of = (key: string) => said.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
			const { hostName = host, port = 22, user, proxyJump } = config(host);
			assert.deepEqual(
				[hostName, String(port), user, proxyJump],
				["hostname", "port", "user", "proxyjump"].map(of),
				host,
			);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test("names the lines that it does not take, and takes nothing of such a file", () => {
	const text =
		'Host a\n  ProxyCommand nc %h %p\nInclude more\n  match exec "touch canary"\n# Match\nHost b\n  HostKeyAlias x\n';
	const parsed = parseSshConfig(text, "ssh_config");
	assert.ok("problems" in parsed);
	assert.deepEqual(parsed.problems.map(describeProblem), [
		"ssh_config:2:1: expected Host and what is documented, got ProxyCommand (FS-SSH-CONFIG)",
		"ssh_config:3:1: expected Host and what is documented, got Include (FS-SSH-CONFIG)",
		"ssh_config:4:1: expected Host and what is documented, got match (FS-SSH-CONFIG)",
		"ssh_config:7:1: expected Host and what is documented, got HostKeyAlias (FS-SSH-CONFIG)",
	]);
});

test("what is no port or says none is left out, and nothing throws", () => {
	for (const text of [
		"Host a\n Port many\n IdentityFile none\n IdentityAgent none\n",
		"",
		"\0",
		"Host\n",
		'"',
		"Host a\nPort 70000",
	])
		assert.deepEqual("sshConfig" in parseSshConfig(text, "f") ? read(text)("a") : {}, {}, JSON.stringify(text));
});
