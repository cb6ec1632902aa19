import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { Session } from "../../src/push/session.ts";
import type { Target } from "../../src/push/target.ts";
import { type SshdOptions, sshdObstacle, startSshd } from "./sshd.ts";

/** What a machine that is set up so, or a target that is changed so, ends in: the code and what stands in the sentence. */
interface Refusal extends SshdOptions {
	readonly title: string;
	readonly change?: (target: Target) => { readonly [Key in keyof Target]?: Target[Key] | undefined };
	readonly code: string;
	readonly says: RegExp;
}

const REFUSALS: readonly Refusal[] = [
	{
		title: "a key that is not in authorized_keys",
		change: () => ({ privateKey: makeKeyPair().private }),
		code: "FS-SSH-AUTH",
		says: /SSH refused our key ssh-ed25519 SHA256:\S{43}; it takes publickey, password.* \(deploy@127\.0\.0\.4:\d+\)$/,
	},
	{
		title: "a user that does not exist",
		change: () => ({ user: "nobody-of-this-name" }),
		code: "FS-SSH-AUTH",
		says: /refused our key ssh-ed25519 SHA256:\S+; .*\(nobody-of-this-name@/,
	},
	{
		title: "root where root may not log in",
		config: ["PermitRootLogin no"],
		change: () => ({ user: "root" }),
		code: "FS-SSH-AUTH",
		says: /refused our key ssh-ed25519 SHA256:\S+; .*\(root@/,
	},
	{
		title: "a machine that takes passwords only",
		config: ["PubkeyAuthentication no"],
		code: "FS-SSH-METHODS",
		says: /SSH takes only password/,
	},
	{
		title: "a machine that wants a password beside the key",
		config: ["AuthenticationMethods publickey,password"],
		code: "FS-SSH-METHODS",
		says: /accepted our key and wants more: SSH takes only password/,
	},
	{
		title: "a wrong password",
		config: ["KbdInteractiveAuthentication no"],
		change: () => ({ privateKey: undefined, password: "wrong" }),
		code: "FS-SSH-PASSWORD",
		says: /refused our password/,
	},
	{
		title: "too many refused logins",
		config: ["MaxAuthTries 1"],
		change: () => ({ privateKey: makeKeyPair().private, password: "wrong" }),
		code: "FS-SSH-AUTH-FAILURES",
		says: /too many refused logins/,
	},
	{
		title: "an agent that is not there",
		change: () => ({ privateKey: undefined, agent: "/nonexistent/agent.socket" }),
		code: "FS-SSH-AGENT",
		says: /agent cannot be used/,
	},
	{
		title: "another host key",
		change: () => ({ hostKeys: [{ type: "ssh-ed25519", fingerprint: "SHA256:other" }] }),
		code: "FS-SSH-HOSTKEY",
		says: /not the approved one/,
	},
	{
		title: "a revoked host key, although it was approved",
		change: ({ hostKeys }) => ({ revoked: hostKeys.map(({ fingerprint }) => fingerprint) }),
		code: "FS-SSH-HOSTKEY-REVOKED",
		says: /which is revoked/,
	},
	{
		title: "a machine of which no key is known",
		change: () => ({ hostKeys: [] }),
		code: "FS-SSH-HOSTKEY-UNKNOWN",
		says: /none is known of it/,
	},
	{
		title: "key exchanges that are all outdated",
		config: ["KexAlgorithms diffie-hellman-group14-sha1"],
		code: "FS-SSH-PROTOCOL",
		says: /no key exchange that we accept, only diffie-hellman-group14-sha1 \(/,
	},
	{
		title: "ciphers that are all outdated",
		config: ["Ciphers aes256-cbc,3des-cbc"],
		code: "FS-SSH-PROTOCOL",
		says: /no cipher that we accept, only aes256-cbc, 3des-cbc/,
	},
	{
		title: "a machine in maintenance (pam_nologin)",
		setup: ["echo 'Maintenance until noon.' > /etc/nologin"],
		code: "FS-SSH-NOLOGIN",
		says: /took our key and closed the connection: Maintenance until noon\./,
	},
	{
		title: "an account that has expired",
		setup: ["usermod --expiredate 2020-01-01 deploy"],
		code: "FS-SSH-EXPIRED",
		says: /Your account has expired/,
	},
	{
		title: "a password that has expired, although we have a key",
		setup: ["chage --lastday 0 deploy"],
		code: "FS-SSH-EXPIRED",
		says: /its shell runs no command and says: .*[Pp]assword/,
	},
	{
		title: "a login shell that refuses",
		setup: ["usermod --shell /usr/sbin/nologin deploy"],
		code: "FS-SSH-SHELL",
		says: /runs no command and says: This account is currently not available/,
	},
	{
		title: "a user who may do SFTP only",
		config: ["ForceCommand internal-sftp"],
		code: "FS-SSH-SHELL",
		says: /This service allows sftp connections only/,
	},
	{
		title: "sshd that permits no session",
		config: ["MaxSessions 0"],
		code: "FS-SSH-SESSIONS",
		says: /permits no session on the connection/,
	},
	{
		title: "a port on which nothing listens",
		change: ({ port }) => ({ address: "127.0.0.5", port }),
		code: "FS-SSH-REFUSED",
		says: /nothing listens for SSH \(deploy@127\.0\.0\.5:/,
	},
	{
		title: "an address that no name server knows",
		change: () => ({ address: `${"x".repeat(64)}.lan` }),
		code: "FS-SSH-NAME",
		says: /no name server knows the address/,
	},
	{
		title: "sudo without a password of ours",
		setup: ["echo 'deploy ALL=(root) ALL' > /etc/sudoers.d/deploy"],
		change: () => ({ become: { method: "sudo", user: "root" } }),
		code: "FS-BECOME-PASSWORD",
		says: /deploy does not become root by sudo: sudo: a password is required/,
	},
	{
		title: "sudo and a wrong password",
		setup: ["echo 'deploy ALL=(root) ALL' > /etc/sudoers.d/deploy"],
		change: () => ({ become: { method: "sudo", user: "root", password: "wrong" } }),
		code: "FS-BECOME-WRONG-PASSWORD",
		says: /incorrect password/,
	},
	{
		title: "a user who is not in sudoers",
		change: () => ({ become: { method: "sudo", user: "root", password: "correct" } }),
		code: "FS-BECOME-DENIED",
		says: /not in the sudoers file/,
	},
	{
		title: "a user whom sudoers permits something else",
		setup: ["echo 'deploy ALL=(root) NOPASSWD: /usr/bin/id' > /etc/sudoers.d/deploy"],
		change: () => ({ become: { method: "sudo", user: "root", password: "correct" } }),
		code: "FS-BECOME-DENIED",
		says: /not allowed to execute/,
	},
	{
		title: "a machine without sudo",
		setup: [
			"mkdir -p $own/bin/upper $own/bin/work",
			"mount -t overlay -o lowerdir=/usr/bin,upperdir=$own/bin/upper,workdir=$own/bin/work overlay /usr/bin",
			"rm /usr/bin/sudo",
		],
		change: () => ({ become: { method: "sudo", user: "root" } }),
		code: "FS-BECOME-MISSING",
		says: /by sudo: env: .*sudo/,
	},
	{
		title: "a sudo that refuses for a reason of its own",
		setup: [
			"printf '#!/bin/sh\\necho \"sudo: account validation failure\" >&2\\nexit 1\\n' > /run/sudo",
			"chmod 755 /run/sudo",
			"mount --bind /run/sudo /usr/bin/sudo",
		],
		change: () => ({ become: { method: "sudo", user: "root" } }),
		code: "FS-SSH-BECOME",
		says: /account validation failure/,
	},
	{
		title: "a user whom doas.conf does not name",
		setup: ["echo 'permit nopass root' > /etc/doas.conf"],
		change: () => ({ become: { method: "doas", user: "root" } }),
		code: "FS-BECOME-DENIED",
		says: /by doas: doas: Operation not permitted/,
	},
	{
		title: "doas that wants a password",
		setup: ["echo 'permit deploy' > /etc/doas.conf"],
		change: () => ({ become: { method: "doas", user: "root" } }),
		code: "FS-BECOME-PASSWORD",
		says: /by doas: doas: Authentication required/,
	},
];

async function attempt(t: TestContext, { change, ...options }: Refusal) {
	const { target } = await startSshd(t, options);
	const session = await Session.connect({ ...target, ...change?.(target) } as Target, t.signal);
	if (!(session instanceof Session)) return session;
	t.after(() => session.stop());
	return session.run(["true"], { timeoutMs: 10_000, maxOutputBytes: 1_000, signal: t.signal });
}

for (const refusal of REFUSALS) {
	test(`Debian's sshd: ${refusal.title} is ${refusal.code}`, { skip: sshdObstacle() }, async (t) => {
		const answer = await attempt(t, refusal);
		assert.ok(answer.kind === "failed", "it let us in");
		assert.deepEqual(
			{ code: answer.failure.code, says: refusal.says.test(answer.failure.detail) },
			{ code: refusal.code, says: true },
			answer.failure.detail,
		);
	});
}
