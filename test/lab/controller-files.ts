import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { LabMachine } from "./lab-machine.ts";
import { packageEntry, type ServedPackage } from "./small-package.ts";

export const POLICY = "lab";
export const RINGS = { first: "pilot", second: "everyone" } as const;

/** Of the user `deploy`, where a machine has one who is asked for it. */
export const BECOME_PASSWORD = "lab's own pass-word";

/** Of the configuration: what a scenario sets, and may change while the daemon runs. */
export interface LabSettings {
	readonly sites?: readonly object[];
	readonly bandwidth?: object;
}

export interface ControllerFiles {
	readonly folder: string;
	readonly address: string;
	readonly identityFile: string;
	/** Approved in advance by their host keys. */
	readonly known: readonly LabMachine[];
	/** Known without an announcement. */
	readonly listed: readonly LabMachine[];
	/** Without one, machines have to do with what they have. */
	readonly helperFolder?: string;
	/** By machine's name; of those that are listed. */
	readonly labels?: Readonly<Record<string, object>>;
	readonly settings?: LabSettings;
}

/** Writes the daemon's configuration with all that it names but the policies; answers the configuration's path. */
export async function writeControllerFiles(files: ControllerFiles): Promise<string> {
	const { folder, known, listed, labels = {} } = files;
	await mkdir(join(folder, "policies"), { recursive: true });
	const keys = await Promise.all(known.map(async (machine) => `${machine.name} ${await machine.hostKey()}\n`));
	await writeFile(join(folder, "known_hosts"), keys.join(""));
	const machines = listed.map(({ name, link }) => {
		return { name, address: link.address, ...(labels[name] ? { labels: labels[name] } : {}) };
	});
	await writeFile(join(folder, "inventory.yaml"), stringify({ version: 1, machines }));
	await writeFile(join(folder, "become-password"), `${BECOME_PASSWORD}\n`, { mode: 0o600 });
	return writeConfiguration(files);
}

/** Answers its path. */
export async function writeConfiguration(files: ControllerFiles): Promise<string> {
	const { folder, address, identityFile, helperFolder, settings = {} } = files;
	const { sites, bandwidth } = settings;
	const configuration = {
		version: 1,
		policies: "policies",
		inventory: "inventory.yaml",
		known_hosts: "known_hosts",
		state: "state",
		socket: socketOf(folder),
		credentials: { deploy: { file: "become-password" } },
		ssh: { identity_file: identityFile, become_password: "deploy" },
		discovery: { interfaces: [address] },
		swarm: { address, helper_folder: helperFolder ?? "no-helper", ...(bandwidth ? { bandwidth } : {}) },
		...(sites ? { sites } : {}),
	};
	await writeFile(join(folder, "fleetseed.yaml"), stringify(configuration));
	return join(folder, "fleetseed.yaml");
}

export function socketOf(folder: string): string {
	return join(folder, "fleetseed.sock");
}

export interface PolicyFile {
	readonly folder: string;
	readonly served: ServedPackage;
	readonly firstRing: readonly LabMachine[];
}

/** One package for every machine: two named machines first, then the rest. */
export async function writePolicy({ folder, served, firstRing }: PolicyFile): Promise<void> {
	const policy = {
		version: 1,
		name: POLICY,
		packages: [packageEntry(served)],
		targets: { match: "*" },
		rollout: {
			rings: [
				{ name: RINGS.first, targets: { machines: firstRing.map((machine) => machine.name) } },
				{ name: RINGS.second },
			],
		},
		schedule: "now",
		ssh: { user: "root" },
	};
	await writePolicyText(folder, policy);
}

/** Any policy, as it is written; it replaces the one before. */
export async function writePolicyText(folder: string, policy: object): Promise<void> {
	await writeFile(join(folder, "policies", "lab.yaml"), stringify(policy));
}
