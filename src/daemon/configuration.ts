import { access, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CredentialSource } from "../policy/credentials-schema.ts";
import type { Problem } from "../policy/document.ts";
import { type Inventory, parseInventory } from "../policy/parse-inventory.ts";
import { parseSettings, type Settings } from "../policy/parse-settings.ts";
import { type KnownHosts, parseKnownHosts } from "../push/known-hosts.ts";
import type { Environment } from "./credentials.ts";
import { lastParse } from "./last-parse.ts";
import { readText } from "./read-text.ts";
import { NO_SSH_CONFIG, parseSshConfig, type SshConfig } from "./ssh-config.ts";

const NO_INVENTORY: Inventory = { machines: [], groups: [] };

/**
 * The daemon's configuration file with every path made absolute, relative ones from the file's own folder. A credential of systemd's is,
 * outside of a unit, the file of its name in that folder: the unit that we ship loads it from there.
 */
export async function readSettings(
	file: string,
	environment: Environment = process.env,
): Promise<{ readonly settings: Settings } | { readonly problems: readonly Problem[] }> {
	const text = await readText(file, "FS-CONFIG");
	if (typeof text !== "string") return { problems: [text] };
	const parsed = parseSettings(text, file);
	if ("problems" in parsed) return parsed;
	const { settings } = parsed;
	const from = (path: string) => resolve(dirname(file), path);
	const isUnit = environment.CREDENTIALS_DIRECTORY !== undefined;
	return {
		settings: {
			...settings,
			policiesFolder: from(settings.policiesFolder),
			stateFolder: from(settings.stateFolder),
			socketPath: from(settings.socketPath),
			credentials: mapValues(settings.credentials, (source): CredentialSource => {
				if (source.kind === "file") return { ...source, path: from(source.path) };
				return source.kind === "systemd" && !isUnit ? { kind: "file", path: from(source.id) } : source;
			}),
			ssh: {
				...settings.ssh,
				login: {
					...settings.ssh.login,
					...(settings.ssh.login.identityFile === undefined
						? {}
						: { identityFile: from(settings.ssh.login.identityFile) }),
				},
				...(settings.ssh.configFile === undefined ? {} : { configFile: from(settings.ssh.configFile) }),
			},
			swarm: {
				...settings.swarm,
				...(settings.swarm.helperFolder === undefined ? {} : { helperFolder: from(settings.swarm.helperFolder) }),
			},
			api: settings.api && {
				...settings.api,
				...(settings.api.tls === undefined
					? {}
					: { tls: { certFile: from(settings.api.tls.certFile), keyFile: from(settings.api.tls.keyFile) } }),
			},
			...(settings.inventoryFile === undefined ? {} : { inventoryFile: from(settings.inventoryFile) }),
			...(settings.knownHostsFile === undefined ? {} : { knownHostsFile: from(settings.knownHostsFile) }),
		},
	};
}

const parseLastInventory = lastParse(parseInventory);

/** A torn inventory leaves the last good one in force. */
export async function readInventory(
	{ inventoryFile }: Settings,
	last: Inventory | null,
): Promise<{ readonly inventory: Inventory; readonly problems: readonly Problem[] }> {
	if (inventoryFile === undefined) return { inventory: NO_INVENTORY, problems: [] };
	const text = await readText(inventoryFile, "FS-INVENTORY");
	if (typeof text !== "string") return { inventory: last ?? NO_INVENTORY, problems: [text] };
	const parsed = parseLastInventory(text, inventoryFile);
	if ("problems" in parsed) return { inventory: last ?? NO_INVENTORY, problems: parsed.problems };
	return { inventory: parsed.inventory, problems: [] };
}

/** A file that is not there yet approves nobody. */
export async function readKnownHosts({ knownHostsFile }: Settings): Promise<KnownHosts> {
	const isThere =
		knownHostsFile !== undefined &&
		(await access(knownHostsFile).then(
			() => true,
			() => false,
		));
	return parseKnownHosts(isThere ? await readFile(knownHostsFile, "utf8") : "");
}

/** A broken file leaves the last good one in force; null where there was none. */
export async function readSshConfig(
	{ ssh: { configFile } }: Settings,
	last: SshConfig | null,
): Promise<{ readonly sshConfig: SshConfig | null; readonly problems: readonly Problem[] }> {
	if (configFile === undefined) return { sshConfig: NO_SSH_CONFIG, problems: [] };
	const text = await readText(configFile, "FS-SSH-CONFIG");
	if (typeof text !== "string") return { sshConfig: last, problems: [text] };
	const parsed = parseSshConfig(text, configFile);
	return "problems" in parsed ? { sshConfig: last, problems: parsed.problems } : { ...parsed, problems: [] };
}

function mapValues<V>(record: Readonly<Record<string, V>>, change: (value: V) => V): Readonly<Record<string, V>> {
	return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
