import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, type FSWatcher, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";
import type { HostKey } from "../../src/model/machine.ts";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "../../src/push/key-pair.ts";
import { authorize } from "./authorize.ts";
import { writeOwnPrograms } from "./own-programs.ts";

export interface MachineOptions {
	readonly name: string;
	/** The machine's own folder: its home, its FLEETSEED_STATE (`state`), the first of its PATH (`bin`) and its own files (`root`) are in it. */
	readonly folder: string;
	readonly address: string;
	readonly port?: number;
	/** One OpenSSH public key line. */
	readonly authorizedKey: string;
	/** PEM; a new Ed25519 key when left out. */
	readonly hostKey?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** In a reboot the machine comes back when this resolves. */
	readonly whileDown?: () => Promise<void>;
}

const OS_RELEASE = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
ID=debian
`;

/**
 * A small real machine: an SSH server whose commands run in a real /bin/sh, where detached jobs outlive a connection. It has a boot id,
 * users and an os-release of its own, and reboots when a command asks it to.
 */
export class Machine {
	authenticationAttempts = 0;
	commands = 0;
	/** Put to shells that stay, each a round trip. */
	scripts = 0;
	connections = 0;
	boots = 0;
	readonly #options: MachineOptions;
	readonly #connections = new Set<Connection>();
	#server: ssh2.Server | null = null;
	#pem: string;
	#port: number;
	#power: FSWatcher | null = null;
	/** What a person wants; in the middle of a reboot it is down all the same. */
	#isSwitchedOn = false;

	constructor(options: MachineOptions) {
		this.#options = options;
		this.#pem = options.hostKey ?? makeKeyPair().private;
		this.#port = options.port ?? 0;
	}

	get port(): number {
		return this.#port;
	}

	get hostKey(): HostKey {
		return hostKeyOf(this.#publicKey().getPublicSSH());
	}

	/** `ssh-ed25519 AAAA...`, as in a known_hosts file. */
	get hostKeyLine(): string {
		const key = this.#publicKey();
		return `${key.type} ${key.getPublicSSH().toString("base64")}`;
	}

	get isListening(): boolean {
		return this.#server !== null;
	}

	get bootId(): string {
		return readFileSync(this.#own("proc/sys/kernel/random/boot_id"), "utf8").trim();
	}

	get machineId(): string {
		return readFileSync(this.#own("etc/machine-id"), "utf8").trim();
	}

	/** People at its console. */
	async logIn(...names: readonly string[]): Promise<void> {
		const lines = names.map((name, index) => `${name.padEnd(8)} tty${index + 1}         2026-11-23 08:00\n`);
		await writeFile(this.#own("users"), lines.join(""));
	}

	/** Switches it on, or its SSH server alone when only that was gone. Safe to call twice. */
	async start(): Promise<void> {
		this.#isSwitchedOn = true;
		if (this.#server) return;
		if (!this.#power) this.#boot();
		const server = new ssh2.Server({ hostKeys: [this.#pem] }, (connection) => this.#serve(connection));
		this.#server = server;
		server.listen(this.#port, this.#options.address);
		await once(server, "listening");
		this.#port = (server.address() as AddressInfo).port;
	}

	/** Pulls the plug: no server, no connection and no process of the machine is left. Safe to call twice. */
	async stop(): Promise<void> {
		this.#isSwitchedOn = false;
		await this.#goDown();
	}

	/** As when somebody at the machine asks for it. */
	async reboot(): Promise<void> {
		await this.#goDown();
		await this.#options.whileDown?.();
		if (this.#isSwitchedOn) await this.start();
	}

	/** The server goes, as when sshd is stopped; jobs go on. */
	async unlisten(): Promise<void> {
		const server = this.#server;
		if (!server) return;
		this.#server = null;
		const closed = new Promise((resolve) => server.close(resolve));
		this.dropConnections();
		await closed;
	}

	/** A new host key on the same port, as after a reinstallation, or when it is another machine. */
	async rekey(): Promise<void> {
		await this.unlisten();
		this.changeHostKey();
		await this.start();
	}

	/** From its next start on. */
	changeHostKey(): void {
		this.#pem = makeKeyPair().private;
	}

	dropConnections(): void {
		for (const connection of this.#connections) connection.end();
	}

	/** Ends every process that carries this machine's FLEETSEED_STATE: what a loss of power does to jobs. */
	async killJobs(): Promise<void> {
		const mark = `FLEETSEED_STATE=${join(this.#options.folder, "state")}`;
		for (const pid of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
			const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
			if (environment.split("\0").includes(mark)) kill(Number(pid), "SIGKILL");
		}
	}

	#own(path: string): string {
		return join(this.#options.folder, "root", path);
	}

	#boot(): void {
		this.boots++;
		writeOwnPrograms(this.#options.folder);
		for (const folder of ["etc", "run", "proc/1", "proc/sys/kernel/random"])
			mkdirSync(this.#own(folder), { recursive: true });
		writeFileSync(this.#own("proc/sys/kernel/random/boot_id"), `${randomUUID()}\n`);
		const firstBoot = {
			"etc/os-release": OS_RELEASE,
			"etc/machine-id": `${randomUUID().replaceAll("-", "")}\n`,
			"proc/1/comm": "systemd\n",
			"proc/sys/kernel/ostype": "Linux\n",
		};
		for (const [file, text] of Object.entries(firstBoot))
			if (!existsSync(this.#own(file))) writeFileSync(this.#own(file), text);
		this.#power = watch(this.#own("."), () => {
			if (existsSync(this.#own("going-down"))) void this.#restart();
		});
	}

	/** Once for each shutdown, however often the watcher tells. */
	async #restart(): Promise<void> {
		if (!this.#power) return;
		await this.reboot();
	}

	async #goDown(): Promise<void> {
		this.#power?.close();
		this.#power = null;
		await this.unlisten();
		await this.killJobs();
		for (const gone of ["going-down", "run", "users"]) await rm(this.#own(gone), { recursive: true, force: true });
	}

	#publicKey() {
		const key = ssh2.utils.parseKey(this.#pem);
		if (key instanceof Error) throw key;
		return key;
	}

	#serve(connection: Connection): void {
		this.connections++;
		this.#connections.add(connection);
		connection.on("authentication", (context) => this.#authenticate(context));
		connection.on("error", () => connection.end());
		connection.on("close", () => this.#connections.delete(connection));
		connection.on("ready", () =>
			connection.on("session", (accept) =>
				accept().on("exec", (acceptExec, _reject, { command }) => this.#exec(command, acceptExec())),
			),
		);
	}

	#authenticate(context: AuthContext): void {
		this.authenticationAttempts++;
		authorize(context, this.#options.authorizedKey);
	}

	#exec(command: string, channel: ServerChannel): void {
		this.commands++;
		const { folder, env } = this.#options;
		// Always first: a command may ask for a reboot, and means the machine's.
		const PATH = `${join(folder, "bin")}:${env?.PATH ?? process.env.PATH}`;
		const child: ChildProcess = spawn("/bin/sh", ["-c", command], {
			cwd: folder,
			detached: true,
			env: { HOME: folder, FLEETSEED_STATE: join(folder, "state"), LANG: "C.UTF-8", ...env, PATH },
		});
		channel.on("data", (chunk: Buffer) => {
			this.scripts += chunk.toString("latin1").match(/^[0-9a-f]{32} \d+$/gm)?.length ?? 0;
		});
		// Whoever has closed the channel hears no more of what the command still says.
		for (const stream of [channel, channel.stderr]) stream.on("error", () => undefined);
		// A command that ends before it has read its input tells its exit code all the same, as with sshd.
		if (child.stdin) channel.pipe(child.stdin).on("error", () => channel.resume());
		child.stdout?.pipe(channel, { end: false });
		child.stderr?.pipe(channel.stderr, { end: false });
		child.on("close", (code, signal) => {
			if (!channel.writable) return;
			if (signal) channel.exit(signal);
			else channel.exit(code ?? 255);
			channel.end();
		});
		// A command that comes while the machine is being taken away finds no folder to run in.
		child.on("error", () => channel.close());
		channel.on("close", () => child.pid && kill(-child.pid, "SIGHUP"));
	}
}

/** What is gone already needs no signal. */
function kill(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}
