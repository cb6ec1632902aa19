import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { Client } from "../../src/console/client.ts";
import type { StatusReport } from "../../src/console/cockpit.ts";
import { Controller, freePort } from "../demo/controller.ts";
import { DemoFleet, knownHostsOf } from "../demo/fleet.ts";
import { makeIdentity } from "../demo/identity.ts";

const POLICY = "atlas";
const ASK_EVERY_MS = 200;
const PATIENCE_MS = 5 * 60_000;
/** Machines are other computers in life: here they take what of the processors nobody else wants. */
const NICENESS_OF_MACHINES = 10;

interface Size {
	readonly machines: number;
	/** Machines that are only known. */
	readonly known: number;
	/** How long an installer takes on its machine, without its processor. */
	readonly installSeconds: number;
}

/** A real daemon, machines that it installs on, and others that it only knows; each rollout brings a version that is new to all. */
export class ApiFleet {
	readonly controller: Controller;
	readonly url: string;
	readonly #folder: string;
	readonly #fleet: DemoFleet;
	readonly #client: Client;
	readonly #installSeconds: number;
	/** Rollouts that have ended. */
	readonly #seen = new Set<string>();
	#version = 0;

	private constructor(
		folder: string,
		parts: { controller: Controller; fleet: DemoFleet; url: string; installSeconds: number },
	) {
		this.#folder = folder;
		this.#client = new Client(join(folder, "fleetseed.sock"));
		this.#installSeconds = parts.installSeconds;
		this.controller = parts.controller;
		this.#fleet = parts.fleet;
		this.url = parts.url;
	}

	static async start({ machines, known, installSeconds }: Size): Promise<ApiFleet> {
		const folder = await mkdtemp(join(tmpdir(), "fleetseed-api-"));
		const port = await freePort();
		const parts = { controller: new Controller(folder), fleet: new DemoFleet(), url: `http://127.0.0.1:${port}` };
		const self = new ApiFleet(folder, { ...parts, installSeconds });
		try {
			await self.#begin(machines, known);
			return self;
		} catch (error) {
			await self.stop();
			throw error;
		}
	}

	/** Seconds from its beginning until the last machine was verified, by the daemon's own clock. */
	async rollOut(): Promise<number> {
		this.#version += 1;
		await writeFile(join(this.#folder, "policies", `${POLICY}.yaml`), stringify(await this.#policy()));
		await this.#client.post("reload", { by: "bench" });
		const { length } = this.#fleet.machines;
		const done = await this.#until(({ rollouts: [rollout], totals }) => {
			const isNew = rollout?.revision !== undefined && !this.#seen.has(rollout.id ?? "");
			return isNew && totals.installed === length;
		});
		const [rollout] = done.rollouts;
		this.#seen.add(rollout?.id ?? "");
		const ends = rollout?.machines.map(({ verified_at }) => Date.parse(verified_at ?? "")) ?? [];
		return (Math.max(...ends) - Date.parse(rollout?.began_at ?? "")) / 1000;
	}

	async stop(): Promise<void> {
		await this.#client.close();
		await this.controller.stop();
		await this.#fleet.stop();
		await rm(this.#folder, { recursive: true, force: true });
	}

	async #begin(machines: number, known: number): Promise<void> {
		const folder = this.#folder;
		const identity = await makeIdentity(folder);
		const names = Array.from({ length: machines }, (_, index) => `api-${index}-${folder.slice(-6).toLowerCase()}`);
		await this.#fleet.start({ folder: join(folder, "machines"), names, publicKey: identity.publicKey });
		for (const pid of this.#fleet.pids) setPriority(pid, NICENESS_OF_MACHINES);
		await this.controller.configure({
			policy: await this.#policy(),
			knownHosts: knownHostsOf(this.#fleet.machines),
			identityFile: identity.file,
			api: { listen: new URL(this.url).host },
			more: { inventory: "inventory.yaml" },
		});
		const listed = Array.from({ length: known }, (_, index) => ({
			name: `known-${String(index).padStart(4, "0")}`,
			address: `127.1.${index >> 8}.${index & 255}`,
		}));
		await writeFile(join(folder, "inventory.yaml"), stringify({ version: 1, machines: listed }));
		this.controller.start();
		await this.#until((status) => status.machines.length === machines + known);
	}

	async #policy(): Promise<object> {
		const version = String(this.#version);
		const script = `#!/bin/sh\nsleep ${this.#installSeconds}\ntouch "$HOME/version-${version}"\n`;
		const file = join(this.#folder, `${version}.sh`);
		await writeFile(file, script);
		const source = { url: `file://${file}` };
		const checksum = `sha256:${createHash("sha256").update(script).digest("hex")}`;
		const detection = [{ type: "file", path: `~/version-${version}` }];
		return {
			version: 1,
			name: POLICY,
			packages: [{ name: POLICY, version, type: "script", source, checksum, detection }],
			targets: { machines: this.#fleet.machines.map(({ name }) => name) },
			// No peers: what they take of the processor would hide what clients take.
			delivery: { methods: ["sftp"] },
			rollout: { max_concurrency: 4 },
			schedule: "now",
		};
	}

	async #until(holds: (status: StatusReport) => boolean): Promise<StatusReport> {
		for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await wait(ASK_EVERY_MS)) {
			const status = await this.controller.status();
			if (status && holds(status)) return status;
		}
		throw new Error(`gave up: ${JSON.stringify(await this.controller.status())}`);
	}
}
