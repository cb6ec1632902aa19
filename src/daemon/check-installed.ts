import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { InstalledReport } from "../console/host-reports.ts";
import { describeProblem } from "../policy/document.ts";
import { checkTls } from "./check-tls.ts";
import { readInventory, readKnownHosts, readSettings, readSshConfig } from "./configuration.ts";
import { ownKeyFile } from "./login-for.ts";
import { readPolicyFolder } from "./policy-folder.ts";
import { SERVICE_FOLDER } from "./service-folder.ts";

/** Reads the configuration with all that it names, as the daemon would, and says every problem in it. */
export async function checkInstalled({ config }: { readonly config: string }): Promise<InstalledReport> {
	const read = await readSettings(config);
	if ("problems" in read) {
		const missing = await missingConfiguration(config);
		return { files: [config], problems: read.problems.map(describeProblem), notes: missing === null ? [] : [missing] };
	}
	const { settings } = read;
	const folder = await readPolicyFolder(settings.policiesFolder);
	const { problems } = await readInventory(settings, null);
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
	const inFiles = [...folder.problems, ...problems, ...sshConfig.problems].map(describeProblem);
	return { files, problems: [...inFiles, ...tls.problems.map((each) => `${config}: ${each}`)], notes };
}

/** What to do where the file is not there yet; null: it is. */
export async function missingConfiguration(config: string): Promise<string | null> {
	if (await isThere(config)) return null;
	const folder = dirname(resolve(config));
	const words = folder === SERVICE_FOLDER ? "fleetseed init" : `fleetseed init --folder ${folder}`;
	return `there is no configuration at ${config} yet; make it with: ${words}`;
}

function isThere(file: string): Promise<boolean> {
	return access(file).then(
		() => true,
		() => false,
	);
}
