import { INSTALLER_LOG } from "./image-recipe.ts";
import type { LabMachine } from "./lab-machine.ts";
import type { LabPackage } from "./package.ts";

/** What a machine itself says of the package, read from its console. Times are ms since the epoch; all share one clock. */
export interface Evidence {
	readonly machine: string;
	/** In dpkg's words, such as "install ok installed 8.1-3"; empty when dpkg has never heard of it. */
	readonly dpkg: string;
	readonly isInstalled: boolean;
	/** Each start of apt-get or dpkg that meant to change the machine. */
	readonly installerRuns: readonly number[];
	/** How often dpkg unpacked the package, also over itself. */
	readonly unpacked: number;
	/** When dpkg finished it, to the second, rounded down. */
	readonly installedAt: number | null;
}

export async function readEvidence(
	machine: LabMachine,
	{ name, version }: Pick<LabPackage, "name" | "version">,
): Promise<Evidence> {
	const fields = (await machine.run(["dpkg-query", "--status", name])).stdout;
	const field = (key: string) => fields.match(new RegExp(`^${key}: (.+)$`, "m"))?.[1];
	const dpkg = [field("Status"), field("Version")].filter(Boolean).join(" ");
	const runs = (await machine.run(["cat", INSTALLER_LOG])).stdout;
	const log = (await machine.run(["cat", "/var/log/dpkg.log"])).stdout.split("\n");
	const ours = log.filter((line) => line.includes(` ${name}:`));
	const finished = ours.findLast((line) => / status installed /.test(line));
	return {
		machine: machine.name,
		dpkg,
		isInstalled: dpkg === `install ok installed ${version}`,
		installerRuns: runs
			.split("\n")
			.filter(Boolean)
			.map((line) => Number.parseInt(line, 10)),
		unpacked: ours.filter((line) => /^\S+ \S+ (install|upgrade) /.test(line)).length,
		installedAt: finished === undefined ? null : Date.parse(`${finished.slice(0, 19).replace(" ", "T")}Z`),
	};
}

/** When sshd was up on the machine since its last boot, ms since the epoch, rounded down to the second. */
export async function sshdUpAt(machine: LabMachine): Promise<number> {
	const show = ["systemctl", "show", "ssh", "--property=ActiveEnterTimestamp", "--timestamp=unix", "--value"];
	const seconds = Number((await machine.must(show)).trim().replace("@", ""));
	if (!(seconds > 0)) throw new Error(`${machine.name}: sshd is not up`);
	return seconds * 1000;
}

/** What the machine's sshd said since its last boot of anybody who got as far as offering a key. */
export async function loginsSeen(machine: LabMachine): Promise<readonly string[]> {
	const log = await machine.must(["journalctl", "--boot", "--unit=ssh", "--output=short-precise", "--no-pager"]);
	return log.split("\n").filter((line) => /: (Accepted|Failed) \S+ for |authenticating user/.test(line));
}
