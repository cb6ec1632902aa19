import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, type FSWatcher, watch } from "node:fs";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import type { HostKey } from "../../../src/model/machine.ts";
import { hostKeyOf } from "../../../src/push/host-keys.ts";
import { makeKeyPair } from "../../../src/push/key-pair.ts";
import { authorize } from "../authorize.ts";
import { makeNsis } from "./packages.ts";
import { copyPrefix, preparedPrefix, wineEnvironment } from "./wine.ts";

export interface WindowsOptions {
	readonly folder: string;
	readonly address: string;
	/** One OpenSSH public key line. */
	readonly authorizedKey: string;
}

/**
 * A machine of wine: an SSH server that calls itself as Microsoft's does and hands commands to wine's cmd.exe, and files to OpenSSH's own SFTP server,
 * both in the home folder of the user.
 */
export class WindowsMachine {
	/** Command lines, as they came. */
	readonly commands: string[] = [];
	/** Command lines of `shutdown`. */
	readonly shutdowns: string[] = [];
	readonly #options: WindowsOptions;
	readonly #connections = new Set<Connection>();
	readonly #pem = makeKeyPair().private;
	#server: ssh2.Server | null = null;
	#wineserver: ChildProcess | null = null;
	#port = 0;
	#power: FSWatcher | null = null;

	constructor(options: WindowsOptions) {
		this.#options = options;
	}

	get port(): number {
		return this.#port;
	}

	get hostKey(): HostKey {
		const key = ssh2.utils.parseKey(this.#pem);
		if (key instanceof Error) throw key;
		return hostKeyOf(key.getPublicSSH());
	}

	/** Drive C: of it. */
	get drive(): string {
		return join(this.#prefix, "drive_c");
	}

	get home(): string {
		return join(this.drive, "users", process.env.USER ?? "root");
	}

	get state(): string {
		return join(this.home, "AppData/Local/fleetseed");
	}

	get #prefix(): string {
		return join(this.#options.folder, "prefix");
	}

	/** What `shutdown` was asked for, by the one that is as real as wine needs: the machine watches for what it leaves. */
	get #request(): string {
		return join(this.drive, "going-down");
	}

	async start(): Promise<void> {
		if (!existsSync(this.#prefix)) await this.#assemble();
		await this.#boot();
		const server = new ssh2.Server({ hostKeys: [this.#pem], ident: "OpenSSH_for_Windows_9.5" }, (connection) =>
			this.#serve(connection),
		);
		this.#server = server;
		server.listen(this.#port, this.#options.address);
		await once(server, "listening");
		this.#port = (server.address() as AddressInfo).port;
	}

	/** Nothing of it runs any more. Safe to call twice. */
	async stop(): Promise<void> {
		const server = this.#server;
		this.#server = null;
		if (server) {
			const closed = new Promise((resolve) => server.close(resolve));
			this.dropConnections();
			await closed;
		}
		await this.#shutDown();
	}

	dropConnections(): void {
		for (const connection of this.#connections) connection.end();
	}

	/** Runs a program of the machine's, as somebody at its console would. Answers its exit code, of 8 bits. */
	async run(...words: readonly string[]): Promise<number | null> {
		const child = this.#wine(words, "ignore");
		const [code] = (await once(child, "close")) as [number | null];
		return code;
	}

	/** wineserver is to wine what a kernel is: the volatile part of the registry lives in it. */
	async #boot(): Promise<void> {
		this.#power = watch(this.drive, () => {
			if (existsSync(this.#request)) void this.#restart();
		});
		const env = wineEnvironment(this.#prefix, this.#options.folder);
		this.#wineserver = spawn("/usr/bin/wineserver", ["-f", "-p"], { env, stdio: "ignore" });
		await this.run("cmd.exe", "/d", "/c", "exit");
	}

	async #assemble(): Promise<void> {
		await copyPrefix(await preparedPrefix(), this.#prefix);
		const shutdown = await makeNsis(
			[
				'FileOpen $0 "C:\\going-down.new" w',
				'FileWrite $0 "$CMDLINE"',
				"FileClose $0",
				// Whole as soon as it has the name that is watched for.
				'Rename "C:\\going-down.new" "C:\\going-down"',
			],
			["SilentInstall silent"],
		);
		const file = join(this.drive, "windows/system32/shutdown.exe");
		await rm(file, { force: true });
		await writeFile(file, shutdown);
	}

	/** Once for each request, however often the watcher tells. */
	async #restart(): Promise<void> {
		if (!this.#power) return;
		this.#power.close();
		this.#power = null;
		this.shutdowns.push(await readFile(this.#request, "latin1"));
		await rm(this.#request);
		await this.stop();
		await this.start();
	}

	async #shutDown(): Promise<void> {
		this.#power?.close();
		this.#power = null;
		const wineserver = this.#wineserver;
		if (!wineserver) return;
		this.#wineserver = null;
		const ended = once(wineserver, "close");
		const env = wineEnvironment(this.#prefix, this.#options.folder);
		spawn("/usr/bin/wineserver", ["-k"], { env, stdio: "ignore" });
		await ended;
	}

	#serve(connection: Connection): void {
		this.#connections.add(connection);
		connection.on("authentication", (context) => authorize(context, this.#options.authorizedKey));
		connection.on("error", () => connection.end());
		connection.on("close", () => this.#connections.delete(connection));
		connection.on("ready", () =>
			connection.on("session", (accept) => {
				const session = accept();
				session.on("exec", (acceptExec, _reject, { command }) => void this.#exec(command, acceptExec()));
				session.on("subsystem", (acceptSubsystem, reject, { name }) => {
					if (name === "sftp") this.#serveFiles(acceptSubsystem());
					else reject();
				});
			}),
		);
	}

	#serveFiles(channel: ServerChannel): void {
		const server = spawn("/usr/lib/openssh/sftp-server", ["-d", this.home], { stdio: ["pipe", "pipe", "ignore"] });
		channel.pipe(server.stdin).on("error", () => channel.end());
		server.stdout.pipe(channel);
		channel.on("close", () => server.kill());
	}

	/**
	 * The words go to cmd.exe as they are, as long as none has a quote in it. Output goes through files, since Node cannot open what wine makes of a
	 * host's pipes.
	 */
	async #exec(command: string, channel: ServerChannel): Promise<void> {
		this.commands.push(command);
		await mkdir(join(this.#options.folder, "said"), { recursive: true });
		const said = ["out", "err"].map((name) => join(this.#options.folder, "said", `${this.commands.length}.${name}`));
		const [out, err] = await Promise.all(said.map((file) => open(file, "w+")));
		if (!out || !err) throw new Error("no files for the output");
		const words = ["cmd.exe", "/d", "/c", ...command.split(" ")];
		const child = this.#wine(words, ["ignore", out.fd, err.fd]);
		const [code] = (await once(child, "close")) as [number | null];
		const [stdout, stderr] = await Promise.all(said.map((file) => readFile(file)));
		for (const file of [out, err]) await file.close();
		for (const file of said) await rm(file, { force: true });
		if (!channel.writable) return;
		channel.stderr.write(stderr);
		channel.write(stdout);
		channel.exit(code ?? 255);
		channel.end();
	}

	#wine(words: readonly string[], stdio: "ignore" | ["ignore", number, number]): ChildProcess {
		const env = wineEnvironment(this.#prefix, this.#options.folder);
		return spawn("/usr/bin/wine", [...words], { cwd: this.home, env, stdio, detached: true });
	}
}
