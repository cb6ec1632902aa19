import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { InstalledReport } from "../console/host-reports.ts";
import { describeProblem } from "../policy/document.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { CREDENTIALS, checkTls } from "./check-tls.ts";
import { readInventory, readKnownHosts, readSettings, readSshConfig } from "./configuration.ts";
import { ownKeyFile } from "./login-for.ts";
import { readPolicyFolder } from "./policy-folder.ts";
import { SERVICE_FOLDER, SERVICE_USER } from "./service-folder.ts";
import { unreadableFor } from "./unreadable-for.ts";

interface Installed {
	readonly config: string;
	/** Whom the daemon runs as, if it is not who asks: what only root may read is as good as not there. */
	readonly reader?: string | null;
}

/** Reads the configuration with all that it names, as the daemon would, and says every problem in it. */
export async function checkInstalled({ config, reader = readerOf(config) }: Installed): Promise<InstalledReport> {
	const parsed = await readSettings(config);
	if ("problems" in parsed) {
		const missing = await missingConfiguration(config);
		return {
			files: [config],
			problems: parsed.problems.map(describeProblem),
			notes: missing === null ? [] : [missing],
		};
	}
	const { settings } = parsed;
	const folder = await readPolicyFolder(settings.policiesFolder);
	const inventory = await readInventory(settings, null);
	const { authorityLines } = await readKnownHosts(settings);
	const sshConfig = await readSshConfig(settings, null);
	const tls = await checkTls(settings.api, Date.now());
	const keyFile = ownKeyFile(settings);
	const hasKey = keyFile === null || (await isThere(keyFile));
	const files = [
		config,
		...(settings.inventoryFile === undefined ? [] : [settings.inventoryFile]),
		...new Set([...folder.policies.map(({ source }) => source), ...folder.problems.map(({ file }) => file)]),
	];
	const notes = [
		...(folder.policies.length + folder.problems.length > 0
			? []
			: [`there is no policy in ${settings.policiesFolder} yet`]),
		...(hasKey ? [] : [`there is no SSH key yet (${keyFile}); make it with: fleetseed init`]),
		...authorityLines.map(
			(line) => `${settings.knownHostsFile}:${line}: certificate authorities vouch for nothing here`,
		),
		...tls.notes,
	];
	const inFiles = [...folder.problems, ...inventory.problems, ...sshConfig.problems].map(describeProblem);
	const inTls = tls.problems.map((each) => `${config}: ${each}`);
	const shut = reader === null ? [] : await shutOff(reader, [...files, ...othersOf(settings)]);
	return { files, problems: [...inFiles, ...inTls, ...shut], notes };
}

/** What the daemon reads beside the files that are counted. */
function othersOf({ policiesFolder, knownHostsFile, ssh, api }: Settings): readonly string[] {
	const files = [policiesFolder, knownHostsFile, ssh.configFile, api?.tls?.certFile, api?.tls?.keyFile];
	return files.flatMap((file) => (file === undefined || file.startsWith(CREDENTIALS) ? [] : [file]));
}

async function shutOff(reader: string, files: readonly string[]): Promise<readonly string[]> {
	const there = await Promise.all(files.map(isThere));
	const shut = await unreadableFor(
		reader,
		files.filter((_, index) => there[index]),
	);
	// By its group, since it may be a private key.
	const mend = `let it, and into the folders on the way: chgrp ${reader}, chmod g+rX`;
	return shut.map((path) => `${path}: the daemon's user ${reader} may not read it; ${mend} (FS-CONFIG)`);
}

/** What to do where the file is not there yet; null: it is. */
export async function missingConfiguration(config: string): Promise<string | null> {
	if (await isThere(config)) return null;
	const folder = dirname(resolve(config));
	const words = folder === SERVICE_FOLDER ? "fleetseed init" : `fleetseed init --folder ${folder}`;
	return `there is no configuration at ${config} yet; make it with: ${words}`;
}

function readerOf(config: string): string | null {
	return dirname(resolve(config)) === SERVICE_FOLDER ? SERVICE_USER : null;
}

function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
