import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import { identify, isAlive, killProcess, killWithChildren, type ProcessIdentity } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** Only root can make a lab; what others start on loopback must not stumble over a folder of root's. */
const FOLDER = process.getuid?.() === 0 ? "/var/tmp/fleetseed-lab" : `/var/tmp/fleetseed-lab-${process.getuid?.()}`;
const RUN_ID = /^fs[0-9a-f]{4}$/;
const NO_SIGNAL = new AbortController().signal;

/**
 * Everything that one run of the lab leaves on the host: a folder, the processes noted in it, and the network namespaces
 * that begin with its id. It is noted on disk, so that the next run can clean up after one that was killed.
 */
export class Footprint {
	/** Such as `fs03af`. */
	readonly id: string;
	readonly folder: string;

	private constructor(id: string) {
		this.id = id;
		this.folder = join(FOLDER, id);
	}

	static create(): Footprint {
		mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
		const footprint = new Footprint(`fs${randomBytes(2).toString("hex")}`);
		mkdirSync(footprint.folder, { mode: 0o700 });
		mkdirSync(join(footprint.folder, "processes"));
		const self = identify(process.pid);
		writeFileSync(join(footprint.folder, "owner.json"), JSON.stringify(self));
		return footprint;
	}

	/** The footprints of runs whose lab is no longer alive. */
	static left(): readonly Footprint[] {
		const ids = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => RUN_ID.test(name)) : [];
		return ids.map((id) => new Footprint(id)).filter((footprint) => !footprint.#isOwned());
	}

	/** Call at once after the start of a process that outlives the call. */
	note(pid: number): void {
		const identity = identify(pid);
		if (identity) writeFileSync(join(this.folder, "processes", String(pid)), JSON.stringify(identity));
	}

	/** Kills every process that was noted, with its children, and forgets them. */
	async killNoted(): Promise<void> {
		const noted = this.#noted();
		await Promise.all(noted.map(killWithChildren));
		for (const { pid } of noted) await rm(join(this.folder, "processes", String(pid)), { force: true });
	}

	/** The name of a network namespace of this run. */
	namespace(name: string): string {
		return `${this.id}-${name}`;
	}

	/** Kills what was noted and what runs in our namespaces, then deletes the namespaces and the folder. Safe to call twice. */
	async erase(): Promise<void> {
		await this.killNoted();
		const namespaces = await this.#namespaces();
		for (const namespace of namespaces) await emptyNamespace(namespace);
		for (const namespace of namespaces) await run(["ip", "netns", "delete", namespace]);
		// Overlays live in the mount namespaces of the machines and went with them, so this meets no mount.
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}

	#isOwned(): boolean {
		const file = join(this.folder, "owner.json");
		return existsSync(file) && isAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity);
	}

	#noted(): readonly ProcessIdentity[] {
		const folder = join(this.folder, "processes");
		const names = existsSync(folder) ? readdirSync(folder) : [];
		return names.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ProcessIdentity);
	}

	async #namespaces(): Promise<readonly string[]> {
		const names = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
		return names.filter((name) => name.startsWith(`${this.id}-`));
	}
}

/** Whatever lives in a namespace of ours was started by us, a machine's processes and a daemon's children included. */
export async function emptyNamespace(namespace: string): Promise<void> {
	const isEmpty = async () => {
		const { stdout } = await run(["ip", "netns", "pids", namespace]);
		const alive = stdout
			.split("\n")
			.filter(Boolean)
			.flatMap((pid) => identify(Number(pid)) ?? []);
		for (const identity of alive) killProcess(identity);
		return alive.length === 0 ? true : null;
	};
	await waitFor(isEmpty, { what: `${namespace} is empty`, timeoutMs: 15_000, signal: NO_SIGNAL, intervalMs: 100 });
}
