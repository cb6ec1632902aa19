import { type ChildProcess, spawn } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";
import type { HostKey } from "../../src/model/machine.ts";
import { hostKeyOf } from "../../src/push/host-keys.ts";
import { makeKeyPair } from "./make-key-pair.ts";

export interface MachineOptions {
	readonly name: string;
	/** The machine's own folder: its home, its FLEETSEED_STATE (`state`) and the first of its PATH (`bin`) are in it. */
	readonly folder: string;
	readonly address: string;
	readonly port?: number;
	/** One OpenSSH public key line. */
	readonly authorizedKey: string;
	/** PEM; a new Ed25519 key when left out. */
	readonly hostKey?: string;
	readonly env?: Readonly<Record<string, string>>;
}

/** A small real machine: an SSH server whose commands run in a real /bin/sh, where detached jobs outlive a connection. */
export class Machine {
	authenticationAttempts = 0;
	commands = 0;
	connections = 0;
	readonly #options: MachineOptions;
	readonly #connections = new Set<Connection>();
	#server: ssh2.Server | null = null;
	#pem: string;
	#port: number;

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

	async start(): Promise<void> {
		if (this.#server) return;
		mkdirSync(join(this.#options.folder, "bin"), { recursive: true });
		const server = new ssh2.Server({ hostKeys: [this.#pem] }, (connection) => this.#serve(connection));
		this.#server = server;
		server.listen(this.#port, this.#options.address);
		await once(server, "listening");
		this.#port = (server.address() as AddressInfo).port;
	}

	/** Pulls the plug: no server, no connection and no process of the machine is left. */
	async stop(): Promise<void> {
		await this.unlisten();
		await this.killJobs();
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
		this.#pem = makeKeyPair().private;
		await this.start();
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
		const key = ssh2.utils.parseKey(this.#options.authorizedKey);
		if (context.method !== "publickey" || key instanceof Error) {
			context.reject(["publickey"]);
			return;
		}
		const mine = key.getPublicSSH();
		const isMine = mine.length === context.key.data.length && timingSafeEqual(mine, context.key.data);
		const isProven =
			!context.signature || (context.blob && key.verify(context.blob, context.signature, context.hashAlgo) === true);
		if (isMine && isProven) context.accept();
		else context.reject(["publickey"]);
	}

	#exec(command: string, channel: ServerChannel): void {
		this.commands++;
		const { folder, env } = this.#options;
		const PATH = `${join(folder, "bin")}:${process.env.PATH}`;
		const child: ChildProcess = spawn("/bin/sh", ["-c", command], {
			cwd: folder,
			detached: true,
			env: { PATH, HOME: folder, FLEETSEED_STATE: join(folder, "state"), LANG: "C.UTF-8", ...env },
		});
		if (child.stdin) channel.pipe(child.stdin).on("error", () => channel.end());
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
