import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { HostKey } from "../../src/model/machine.ts";

export interface DemoMachine {
	readonly name: string;
	readonly address: string;
	readonly port: number;
	readonly hostKey: HostKey;
	/** `ssh-ed25519 AAAA...`, as in a known_hosts file. */
	readonly hostKeyLine: string;
}

/** A known_hosts file, by which these are approved in advance. */
export function knownHostsOf(machines: readonly DemoMachine[]): string {
	return machines.map(({ address, port, hostKeyLine }) => `[${address}]:${port} ${hostKeyLine}\n`).join("");
}

/** Machines on 127.0.0.2 and up, each a process of its own that ends with ours. */
export class DemoFleet {
	readonly machines: DemoMachine[] = [];
	readonly #processes: ChildProcess[] = [];

	async start(options: {
		readonly folder: string;
		readonly names: readonly string[];
		readonly publicKey: string;
	}): Promise<void> {
		const started = options.names.map((name, index) => this.#startOne(name, index, options));
		this.machines.push(...(await Promise.all(started)));
	}

	/** Of the machines' processes. */
	get pids(): readonly number[] {
		return this.#processes.flatMap(({ pid }) => pid ?? []);
	}

	async #startOne(
		name: string,
		index: number,
		{ folder, publicKey }: { readonly folder: string; readonly publicKey: string },
	): Promise<DemoMachine> {
		const home = join(folder, name);
		await mkdir(home, { recursive: true });
		const address = `127.0.0.${2 + index}`;
		const child = fork(new URL("machine-process.ts", import.meta.url), [name, home, address, publicKey], {
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
		this.#processes.push(child);
		const [ready] = await Promise.race([
			once(child, "message"),
			once(child, "exit").then(([code]) => Promise.reject(new Error(`${name} ended with ${code} before it was up`))),
		]);
		return ready as DemoMachine;
	}

	async stop(): Promise<void> {
		const alive = this.#processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
		const ended = alive.map((child) => once(child, "exit"));
		for (const child of alive) child.disconnect();
		await Promise.all(ended);
	}
}
