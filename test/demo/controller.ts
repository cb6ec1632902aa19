import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { Agent, request } from "undici";
import { stringify } from "yaml";
import { statusReport } from "../../src/console/answers/status.ts";
import { Client } from "../../src/console/client.ts";
import type { StatusReport } from "../../src/console/cockpit.ts";

const MAIN = new URL("../../src/daemon/main.ts", import.meta.url).pathname;
/** As the installed command starts it. */
const COMMAND = new URL("../../systemd/usr/bin/fleetseed", import.meta.url);
const NODE_FLAGS = readFileSync(COMMAND, "utf8").match(/(?<= )--\S+/g) ?? [];

/** The real daemon in a process of its own, with its configuration in a folder of the demo, on loopback only. */
export class Controller {
	readonly #folder: string;
	readonly #socket: string;
	readonly #client: Client;
	#daemon: ChildProcess | null = null;

	constructor(folder: string) {
		this.#folder = folder;
		this.#socket = join(folder, "fleetseed.sock");
		this.#client = new Client(this.#socket);
	}

	async configure(files: {
		readonly policy: object;
		readonly knownHosts: string;
		readonly identityFile: string;
		/** As in the configuration; absent: on the unix socket alone. */
		readonly api?: object;
		/** Of the controller, as in the configuration. */
		readonly link?: string;
		/** More of the configuration. */
		readonly more?: object;
	}): Promise<void> {
		const [trackerPort, peerPort] = await Promise.all([freePort(), freePort()]);
		const link = files.link === undefined ? {} : { link: files.link };
		const settings = {
			version: 1,
			policies: "policies",
			known_hosts: "known_hosts",
			state: "state",
			socket: this.#socket,
			ssh: { identity_file: files.identityFile },
			...(files.api === undefined ? {} : { api: files.api }),
			...files.more,
			discovery: { interfaces: ["127.0.0.1"] },
			swarm: { address: "127.0.0.1", tracker_port: trackerPort, peer_port: peerPort, seed_time: "5m", ...link },
		};
		await mkdir(join(this.#folder, "policies"), { recursive: true });
		await writeFile(join(this.#folder, "fleetseed.yaml"), stringify(settings));
		await writeFile(join(this.#folder, "policies", "atlas.yaml"), stringify(files.policy));
		await writeFile(join(this.#folder, "known_hosts"), files.knownHosts);
	}

	start(): void {
		const config = join(this.#folder, "fleetseed.yaml");
		this.#daemon = spawn(process.execPath, [...NODE_FLAGS, MAIN, "serve", "--config", config], {
			stdio: ["ignore", "ignore", "inherit"],
		});
	}

	/** Of the daemon; null: it is not started. */
	get pid(): number | null {
		return this.#daemon?.pid ?? null;
	}

	/** null: it is not up yet. */
	async status(): Promise<StatusReport | null> {
		const { exitCode } = this.#daemon ?? { exitCode: null };
		if (exitCode !== null) throw new Error(`the daemon ended with ${exitCode}`);
		return this.#client.get("status", statusReport).catch((error: Error & { isAnswer?: boolean }) => {
			if (error.isAnswer === false) return null;
			throw error;
		});
	}

	/** What Prometheus would be told. */
	async metrics(): Promise<string> {
		const dispatcher = new Agent({ connect: { socketPath: this.#socket } });
		const { body } = await request("http://fleetseed/metrics", { dispatcher });
		const text = await body.text();
		await dispatcher.close();
		return text;
	}

	/** A command of the CLI, as an administrator types it. */
	async command(...words: readonly string[]): Promise<string> {
		const { stdout } = await promisify(execFile)(process.execPath, [MAIN, "--socket", this.#socket, ...words]);
		return stdout;
	}

	/** The exit code, once it has ended by itself. */
	async ended(): Promise<number | null> {
		if (this.#daemon && this.#daemon.exitCode === null) await once(this.#daemon, "exit");
		return this.#daemon?.exitCode ?? null;
	}

	/** As when its machine loses power: no chance to say goodbye. */
	async kill(): Promise<void> {
		await this.#end("SIGKILL");
	}

	async stop(): Promise<void> {
		await this.#client.close();
		await this.#end("SIGTERM");
	}

	async #end(signal: NodeJS.Signals): Promise<void> {
		const daemon = this.#daemon;
		this.#daemon = null;
		if (!daemon || daemon.exitCode !== null) return;
		const ended = once(daemon, "exit");
		daemon.kill(signal);
		await ended;
	}
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	return typeof address === "object" && address ? address.port : 0;
}
