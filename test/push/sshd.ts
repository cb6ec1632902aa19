import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { HostKey } from "../../src/model/machine.ts";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import type { Target } from "../../src/push/target.ts";

const NEEDED = {
	"openssh-server": "/usr/sbin/sshd",
	"openssh-client": "/usr/bin/ssh-keygen",
	sudo: "/usr/bin/sudo",
	opendoas: "/usr/bin/doas",
} as const;

/** Why there can be no real sshd here; false: there can. */
export function sshdObstacle(): string | false {
	if (process.getuid?.() !== 0) return "only root can give sshd users and mounts of its own";
	const missing = Object.entries(NEEDED).filter(([, file]) => !existsSync(file));
	return missing.length > 0 && `not installed here: ${missing.map(([name]) => name).join(", ")}`;
}

export interface SshdOptions {
	/** Lines of sshd_config(5) that come before ours, and so win. */
	readonly config?: readonly string[];
	/** Shell lines that furnish the machine, as root, before sshd starts. `deploy` is a user there already. */
	readonly setup?: readonly string[];
	readonly address?: string;
}

export interface Sshd {
	readonly target: Target;
	readonly hostKey: HostKey;
	/** `TYPE BASE64`. */
	readonly hostKeyLine: string;
	/** Runs on the machine as root, past SSH; answers stdout. */
	readonly shell: (script: string) => Promise<string>;
	readonly log: () => string;
	readonly pid: number;
}

/**
 * Debian's own sshd, with its PAM, on loopback. It has /etc, /home, /root, /run, /var/lib, /var/cache and processes of its own: users that are made and
 * files that are written there never reach this host, and go with it.
 */
export async function startSshd(t: TestContext, options: SshdOptions = {}): Promise<Sshd> {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-sshd-"));
	const { address = "127.0.0.4" } = options;
	const pair = makeKeyPair();
	const host = makeKeyPair();
	const port = await freePort(address);
	await writeFile(join(folder, "host_key"), host.private, { mode: 0o600 });
	await writeFile(join(folder, "authorized_keys"), `${pair.public}\n`, { mode: 0o644 });
	await writeFile(join(folder, "sshd_config"), configOf(folder, options, { address, port }));
	await writeFile(join(folder, "boot"), bootOf(folder, options));
	const own = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", "--uts"];
	const child = spawn("unshare", [...own, "/bin/sh", "-e", join(folder, "boot")], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let said = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
	t.after(async () => {
		child.kill("SIGKILL");
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});
	await isListening(child, () => said);
	const pid = Number((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")).trim().split(" ")[0]);
	const hostKeyLine = host.public.split(" ").slice(0, 2).join(" ").trim();
	const hostKey = hostKeyOf(Buffer.from(hostKeyLine.split(" ")[1] ?? "", "base64"));
	const target: Target = {
		machine: "mill-03",
		address,
		port,
		user: "deploy",
		hostKeys: [hostKey],
		connectTimeoutMs: 10_000,
		privateKey: pair.private,
	};
	return { target, hostKey, hostKeyLine, shell: (script) => inside(pid, script), log: () => said, pid };
}

function configOf(folder: string, { config = [] }: SshdOptions, at: { address: string; port: number }): string {
	const ours = [
		`ListenAddress ${at.address}:${at.port}`,
		`HostKey ${join(folder, "host_key")}`,
		"AuthorizedKeysFile /etc/ssh/test_authorized_keys .ssh/authorized_keys",
		"PidFile none",
		"UsePAM yes",
		"LogLevel VERBOSE",
	];
	return `${[...config, ...ours].join("\n")}\n`;
}

/** Everything that a test may change lies on a tmpfs of the machine's own. */
function bootOf(folder: string, { setup = [] }: SshdOptions): string {
	const overlay = (path: string) => `
mkdir -p $own${path}/upper $own${path}/work
mount -t overlay -o lowerdir=${path},upperdir=$own${path}/upper,workdir=$own${path}/work overlay ${path}`;
	return `
own=${join(folder, "own")}
mkdir $own
mount -t tmpfs tmpfs $own
${["/etc", "/var/lib", "/var/cache"].map(overlay).join("\n")}
for path in /home /root /run /var/log; do mount -t tmpfs -o mode=755 tmpfs $path; done
mkdir -p /run/sshd
rm -rf /etc/nologin /etc/sudoers.d/*
useradd --create-home --shell /bin/sh deploy
echo deploy:correct | chpasswd -c SHA256
cp ${join(folder, "authorized_keys")} /etc/ssh/test_authorized_keys
${setup.join("\n")}
exec /usr/sbin/sshd -D -e -f ${join(folder, "sshd_config")}
`;
}

async function freePort(address: string): Promise<number> {
	const server = createServer().listen(0, address);
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

async function isListening(child: ChildProcess, said: () => string): Promise<void> {
	while (!said().includes("Server listening")) {
		const ended = once(child, "exit").then(() => true);
		const spoke = once(child.stderr ?? child, "data").then(() => false);
		if (await Promise.race([ended, spoke])) throw new Error(`sshd did not start: ${said()}`);
	}
}

async function inside(pid: number, script: string): Promise<string> {
	const args = ["--target", String(pid), "--mount", "--pid", "--ipc", "--uts", "/bin/sh", "-ec", script];
	const child = spawn("nsenter", args, { stdio: ["ignore", "pipe", "inherit"] });
	let said = "";
	child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
	const [code] = (await once(child, "close")) as [number];
	if (code !== 0) throw new Error(`${script}: exit ${code}`);
	return said;
}
