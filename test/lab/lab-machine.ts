import { chmod, copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Finished, must, run } from "./command.ts";
import type { Footprint } from "./footprint.ts";
import { startLongRunner } from "./long-runner.ts";
import type { Link } from "./network.ts";
import { childrenOf, identify, killWithChildren } from "./processes.ts";
import { waitFor } from "./wait.ts";

export interface LabMachineOptions {
	readonly footprint: Footprint;
	readonly image: string;
	readonly link: Link;
	/** The controller's public key, as it stands in authorized_keys. */
	readonly authorizedKey: string;
	readonly signal: AbortSignal;
}

/** nspawn's exit code when the machine asked for a reboot (with --keep-unit nobody boots it again but us). */
const REBOOT = 133;
const BOOT_MS = 120_000;
/** apt unpacks a large package on a busy host. */
const COMMAND_MS = 120_000;
const UP = new Set(["running", "degraded"]);

/** A Debian machine: systemd, sshd and avahi on an overlay of the image, in a network namespace of its own. */
export class LabMachine {
	readonly name: string;
	readonly link: Link;
	readonly #options: LabMachineOptions;
	readonly #folder: string;
	#power: { readonly abort: AbortController; readonly off: Promise<void> } | null = null;
	#pid: number | null = null;
	readonly #wentDownAt: number[] = [];

	constructor(options: LabMachineOptions) {
		this.#options = options;
		this.link = options.link;
		this.name = options.link.name;
		this.#folder = join(options.footprint.folder, "machines", this.name);
	}

	/** Makes its disk anew, as if just unpacked: nothing of an earlier life is left. It must be off. */
	async rebuild(): Promise<void> {
		if (this.#power) throw new Error(`${this.name} is on; its disk cannot be made anew`);
		await rm(this.#folder, { recursive: true, force: true });
		for (const folder of ["work", "root", "disk/etc/ssh"]) await mkdir(join(this.#folder, folder), { recursive: true });
		await mkdir(join(this.#disk, "root/.ssh"), { recursive: true, mode: 0o700 });
		await chmod(join(this.#disk, "root"), 0o700);
		await writeFile(join(this.#disk, "root/.ssh/authorized_keys"), this.#options.authorizedKey, { mode: 0o600 });
		await writeFile(join(this.#disk, "etc/hostname"), `${this.name}\n`);
		await writeFile(join(this.#disk, "etc/hosts"), `127.0.0.1 localhost\n127.0.1.1 ${this.name}\n`);
		await writeFile(join(this.#disk, "etc/machine-id"), "");
		await makeHostKey(join(this.#disk, "etc/ssh"), this.name);
	}

	/** Its host key as one line of TYPE BASE64. */
	async hostKey(): Promise<string> {
		const line = await readFile(join(this.#disk, "etc/ssh/ssh_host_ed25519_key.pub"), "utf8");
		return line.split(" ").slice(0, 2).join(" ").trim();
	}

	/** `SHA256:` and the digest, as a person reads it on the machine's console. */
	async fingerprint(): Promise<string> {
		const line = await must(["ssh-keygen", "-lf", join(this.#disk, "etc/ssh/ssh_host_ed25519_key.pub")]);
		return line.split(" ")[1] ?? "";
	}

	/** Gives the running machine another host key, as a reinstallation or an impostor would. */
	async replaceHostKey(): Promise<void> {
		const fresh = join(this.#folder, "fresh-key");
		await mkdir(fresh, { recursive: true });
		await makeHostKey(fresh, this.name);
		for (const file of ["ssh_host_ed25519_key", "ssh_host_ed25519_key.pub"])
			await this.must(["tee", `/etc/ssh/${file}`], await readFile(join(fresh, file), "utf8"));
		await this.must(["systemctl", "restart", "ssh"]);
	}

	/** Switches it on; it boots again by itself when it asks for a reboot. Safe to call twice. */
	async start(): Promise<void> {
		if (this.#power) return;
		const abort = new AbortController();
		const first = await this.#boot();
		this.#power = { abort, off: this.#bootAgain(first, abort.signal) };
	}

	/** Pulls the plug: nothing on it gets a chance to end well. Safe to call twice. */
	async stop(): Promise<void> {
		if (!this.#power) return;
		const { abort, off } = this.#power;
		abort.abort();
		const nspawn = this.#pid === null ? null : identify(this.#pid);
		if (nspawn) await killWithChildren(nspawn);
		await off;
		this.#power = null;
	}

	/**
	 * Resolves when systemd has started everything, sshd and avahi too. Machines that boot at once on one host race for its cgroups, and
	 * a unit that lost (219/CGROUP) is started again: without user sessions, say, nobody but root may log in.
	 */
	async waitUntilUp(): Promise<void> {
		const isUp = async () => {
			const { stdout } = await this.run(["systemctl", "is-system-running"]);
			if (stdout.trim() === "degraded") await this.run(["systemctl", "start", "systemd-user-sessions", "avahi-daemon"]);
			return UP.has(stdout.trim()) ? true : null;
		};
		const { signal } = this.#options;
		await waitFor(isUp, { what: `${this.name} is up`, timeoutMs: BOOT_MS, signal, intervalMs: 300 });
		await this.must(["systemctl", "is-active", "ssh", "avahi-daemon"]);
	}

	/** Runs a command on the machine as root, from its console so to speak: no SSH and no network is used. */
	run(argv: readonly string[], input?: string): Promise<Finished> {
		const leader = this.#leader();
		if (leader === null) return Promise.resolve({ code: 255, stdout: "", stderr: `${this.name} is off` });
		const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
		const inside = ["nsenter", "--target", String(leader), "--all", "--root", "--wd", "env", "-i", path, "LC_ALL=C"];
		return run([...inside, ...argv], { timeoutMs: COMMAND_MS, ...(input === undefined ? {} : { input }) });
	}

	/** As `run`, for a command that has to succeed: answers its stdout. */
	async must(argv: readonly string[], input?: string): Promise<string> {
		const { code, stdout, stderr } = await this.run(argv, input);
		if (code === 0) return stdout;
		throw new Error(`${this.name}: ${argv.join(" ")}: exit ${code}: ${(stderr || stdout).trim()}`);
	}

	/** Puts a file of the host onto the running machine. */
	async give(file: string, { path, mode }: { readonly path: string; readonly mode: number }): Promise<void> {
		const there = `/proc/${this.#leader()}/root${path}`;
		await copyFile(file, there);
		await chmod(there, mode);
	}

	/** Changes with every boot; nspawn gives each start of a machine its own. */
	async bootId(): Promise<string> {
		return (await this.must(["cat", "/proc/sys/kernel/random/boot_id"])).trim();
	}

	/** When it went down because it had asked for a reboot, ms since the epoch, over all its lives. */
	get wentDownAt(): readonly number[] {
		return this.#wentDownAt;
	}

	get #disk(): string {
		return join(this.#folder, "disk");
	}

	async #boot() {
		const { image, footprint, link } = this.#options;
		const layers = `lowerdir=${image},upperdir=${this.#disk},workdir=${join(this.#folder, "work")}`;
		const root = join(this.#folder, "root");
		const nspawn = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", "--console=pipe"];
		const place = [
			`--network-namespace-path=/run/netns/${link.namespace}`,
			`--machine=${this.name}`,
			`--directory=${root}`,
		];
		// The overlay is mounted in a mount namespace that ends with the machine: there is nothing to unmount, ever.
		const script = 'mount -t overlay overlay -o "$1" "$2" && shift 2 && exec "$@"';
		const argv = ["unshare", "--mount", "sh", "-ec", script, "sh", layers, root, ...nspawn, ...place];
		const runner = await startLongRunner(footprint, argv, { logFile: join(this.#folder, "console.log") });
		this.#pid = runner.pid;
		return runner;
	}

	async #bootAgain(first: { readonly ended: Promise<number | null> }, signal: AbortSignal): Promise<void> {
		for (let runner = first; ; runner = await this.#boot()) {
			const code = await runner.ended;
			if (code !== REBOOT || signal.aborted) return;
			this.#wentDownAt.push(Date.now());
		}
	}

	/** The machine's first process, as the host numbers it; null while it is off. */
	#leader(): number | null {
		if (this.#pid === null || identify(this.#pid) === null) return null;
		return childrenOf(this.#pid).find((pid) => identify(pid) !== null) ?? null;
	}
}

async function makeHostKey(folder: string, comment: string): Promise<void> {
	const file = join(folder, "ssh_host_ed25519_key");
	await must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
}
