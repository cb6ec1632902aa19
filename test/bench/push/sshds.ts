import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { HostKey } from "../../../src/model/machine.ts";
import { hostKeyOf } from "../../../src/push/host-keys.ts";
import { makeKeyPair } from "../../../src/push/key-pair.ts";
import type { Footprint } from "../../lab/footprint.ts";
import { startLongRunner } from "../../lab/long-runner.ts";
import { usageOf } from "../../lab/processes.ts";
import { waitFor } from "../../lab/wait.ts";

const START_MS = 120_000;
const BANNER_MS = 5_000;

/** Another one for each run, so that two at once do not take each other's machines for their own. */
const portOf = ({ id }: Footprint) => 10_000 + (Number.parseInt(id.slice(-4), 16) % 20_000);

export interface BenchMachine {
	readonly name: string;
	readonly address: string;
	/** Its own files on this host; `home` is the home of who logs in, `state` ours. */
	readonly folder: string;
}

/** Everything that a client needs to know of the machines. */
export interface Fleet {
	readonly machines: readonly BenchMachine[];
	readonly port: number;
	readonly user: string;
	readonly hostKey: HostKey;
	/** PEM. */
	readonly privateKey: string;
	/** ssh_config(5) for the programs that start ssh. */
	readonly sshConfig: string;
	/** The addresses, one a line. */
	readonly hosts: string;
}

export interface Sshds extends Fleet {
	/** Seconds of CPU that sshd, its sessions and everything that ran in them have used. */
	readonly cpuSeconds: () => number;
	/** Makes all machines as new. */
	readonly wipe: () => Promise<void>;
}

/**
 * So many of Debian's own sshd on loopback, one a machine, each with the limits that Debian gives it. They share mounts and processes of
 * their own: nothing that happens on them reaches this host's /etc, /home, /root, /run or /var.
 */
export async function startSshds(footprint: Footprint, count: number, signal: AbortSignal): Promise<Sshds> {
	const folder = join(footprint.folder, "sshds");
	const port = portOf(footprint);
	await mkdir(folder, { recursive: true });
	const [pair, host] = [makeKeyPair(), makeKeyPair()];
	const file = (name: string) => join(folder, name);
	await writeFile(file("host_key"), host.private, { mode: 0o600 });
	await writeFile(file("id"), pair.private, { mode: 0o600 });
	await writeFile(file("authorized_keys"), `${pair.public}\n`);
	const machines = Array.from({ length: count }, (_, index) => machineOf(folder, index));
	for (const each of machines) await writeFile(file(`${each.name}.conf`), configOf(folder, port, each));
	const hostLine = host.public.split(" ").slice(0, 2).join(" ").trim();
	const known = machines.map(({ address }) => `[${address}]:${port} ${hostLine}\n`).join("");
	await writeFile(file("known_hosts"), known);
	await writeFile(file("ssh_config"), clientConfig(folder, port));
	await writeFile(file("hosts"), machines.map(({ address }) => `${address}\n`).join(""));
	await writeFile(file("boot"), bootOf(folder, machines));
	const own = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", "--uts"];
	const argv = ["unshare", ...own, "/bin/sh", "-e", file("boot")];
	const runner = await startLongRunner(footprint, argv, { logFile: file("log") });
	const wipe = async () => {
		for (const each of machines) {
			await rm(each.folder, { recursive: true, force: true });
			await mkdir(join(each.folder, "home"), { recursive: true });
		}
	};
	await wipe();
	for (const { address } of machines) {
		const greets = async () => {
			if (runner.hasEnded()) throw new Error(`sshd did not start: ${await readFile(file("log"), "utf8")}`);
			return (await isGreeting(address, port)) ? true : null;
		};
		await waitFor(greets, { what: `sshd at ${address} greets`, timeoutMs: START_MS, signal, intervalMs: 200 });
	}
	return {
		machines,
		port,
		user: "root",
		hostKey: hostKeyOf(Buffer.from(hostLine.split(" ")[1] ?? "", "base64")),
		privateKey: pair.private,
		sshConfig: file("ssh_config"),
		hosts: file("hosts"),
		cpuSeconds: () => usageOf(runner.pid).cpuSeconds,
		wipe,
	};
}

/** Why there can be none here; null: there can. */
export function sshdsObstacle(): string | null {
	if (process.getuid?.() !== 0) return "only root can start so many sshds apart from this host's files";
	return existsSync("/usr/sbin/sshd") ? null : "openssh-server is not installed";
}

function machineOf(folder: string, index: number): BenchMachine {
	const name = `m${String(index + 1).padStart(3, "0")}`;
	return { name, address: `127.16.${Math.floor(index / 200)}.${1 + (index % 200)}`, folder: join(folder, name) };
}

function configOf(folder: string, port: number, { address, folder: own }: BenchMachine): string {
	const lines = [
		`ListenAddress ${address}:${port}`,
		`HostKey ${join(folder, "host_key")}`,
		`AuthorizedKeysFile ${join(folder, "authorized_keys")}`,
		"StrictModes no",
		"PidFile none",
		"UsePAM yes",
		"PermitRootLogin prohibit-password",
		"Subsystem sftp internal-sftp",
		`SetEnv HOME=${join(own, "home")} FLEETSEED_STATE=${join(own, "state")}`,
	];
	return `${lines.join("\n")}\n`;
}

function clientConfig(folder: string, port: number): string {
	const lines = [
		`Port ${port}`,
		"User root",
		`IdentityFile ${join(folder, "id")}`,
		"IdentitiesOnly yes",
		`UserKnownHostsFile ${join(folder, "known_hosts")}`,
		"StrictHostKeyChecking yes",
		"BatchMode yes",
		"LogLevel ERROR",
	];
	return `Host *\n\t${lines.join("\n\t")}\n`;
}

/** `wait` reaps whatever a session leaves behind, so that its CPU time is counted here, too. */
function bootOf(folder: string, machines: readonly BenchMachine[]): string {
	return `
for path in /root /run /var/log /tmp; do mount -t tmpfs -o mode=1777 tmpfs $path; done
mkdir -p /run/sshd
rm -f /etc/nologin
${machines.map(({ name }) => `/usr/sbin/sshd -D -e -f ${join(folder, `${name}.conf`)} &`).join("\n")}
wait
`;
}

function isGreeting(address: string, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port, timeout: BANNER_MS });
		const answer = (isThere: boolean) => {
			socket.destroy();
			resolve(isThere);
		};
		socket.once("data", () => answer(true));
		socket.once("error", () => answer(false));
		socket.once("timeout", () => answer(false));
	});
}
