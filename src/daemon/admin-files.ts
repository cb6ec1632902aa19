import type { Logger } from "pino";
import type { SettingChange } from "../console/policy-reports.ts";
import type { Event } from "../model/event.ts";
import type { Fleet } from "../model/fleet.ts";
import type { HostKey } from "../model/machine.ts";
import type { Problem } from "../policy/document.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { isRevoked, parseKnownHosts } from "../push/known-hosts.ts";
import { readInventory, readKnownHosts, type readSettings, readSshConfig } from "./configuration.ts";
import { inventoryEvents } from "./inventory-events.ts";
import type { Known } from "./known.ts";
import { policyEvents, readPolicyFolder } from "./policy-folder.ts";
import { reloadable, settingsChanges } from "./settings-changes.ts";

/** What a reload found in the configuration, and what is wrong with any file. */
export interface Changed {
	readonly changes: readonly SettingChange[];
	readonly problems: readonly Problem[];
}

interface Options {
	readonly settings: Settings;
	/** Reads them again. */
	readonly readSettings: () => ReturnType<typeof readSettings>;
	readonly log: Logger;
}

const NOTHING: Known = { inventory: { machines: [], groups: [] }, knownHosts: parseKnownHosts(""), sshConfig: null };

/** What the administrator's files say, as of the last reload. What is wrong in one leaves what was good before in force. */
export class AdminFiles {
	readonly #options: Options;
	#settings: Settings;
	#known: Known | null = null;

	constructor(options: Options) {
		this.#options = options;
		this.#settings = options.settings;
	}

	get settings(): Settings {
		return this.#settings;
	}

	/** Whether they were read at all; before that they approve nobody. */
	get areRead(): boolean {
		return this.#known !== null;
	}

	/** Beside the settings and policies. */
	get known(): Known {
		return this.#known ?? NOTHING;
	}

	/** Whether the known_hosts file revokes the key: then nobody can approve it. */
	isRevoked(hostKey: HostKey): boolean {
		return isRevoked(this.known.knownHosts, hostKey);
	}

	/** What a reload would change of the settings, and when that takes effect. */
	async settingsChanges(): Promise<Changed> {
		return changedBy(this.#settings, await this.#options.readSettings());
	}

	/** Changes of the settings that take effect now are in force afterwards. */
	async reloadSettings(): Promise<Changed> {
		const read = await this.#options.readSettings();
		const changed = changedBy(this.#settings, read);
		if ("settings" in read) this.#settings = reloadable(this.#settings, read.settings);
		for (const change of changed.changes) this.#options.log.info(change, "setting changed");
		return changed;
	}

	/** Policies, inventory, known hosts and ssh_config: what they change of the fleet, and what is wrong with them. */
	async reload(
		fleet: () => Fleet,
		now: () => number,
	): Promise<{ readonly events: readonly Event[]; readonly problems: readonly Problem[] }> {
		const settings = this.#settings;
		const folder = await readPolicyFolder(settings.policiesFolder);
		const { inventory, problems } = await readInventory(settings, this.#known?.inventory ?? null);
		const knownHosts = await readKnownHosts(settings);
		const config = await readSshConfig(settings, this.#known?.sshConfig ?? null);
		this.#known = { inventory, knownHosts, sshConfig: config.sshConfig };
		const { authorityLines: lines } = knownHosts;
		if (lines.length > 0)
			this.#options.log.warn({ lines }, "known_hosts: certificate authorities vouch for nothing here");
		const listed = problems.length > 0 ? [] : inventoryEvents(fleet(), inventory, now());
		return {
			events: [...policyEvents(fleet(), folder, now()), ...listed],
			problems: [...folder.problems, ...problems, ...config.problems],
		};
	}
}

function changedBy(before: Settings, read: Awaited<ReturnType<typeof readSettings>>): Changed {
	if ("problems" in read) return { changes: [], problems: read.problems };
	return { changes: settingsChanges(before, read.settings), problems: [] };
}
