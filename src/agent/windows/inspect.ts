import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DetectionRule } from "../../model/policy.ts";
import { digestOf } from "./digest.ts";
import { fileVersion } from "./file-version.ts";
import { jobFolder, readState } from "./job-folder.ts";
import { machineFacts } from "./machine-facts.ts";
import { runScript } from "./powershell.ts";
import { readKey, type View } from "./registry.ts";
import { stateFolder } from "./state.ts";

const SCRIPT_MS = 60_000;

export interface Inspecting {
	readonly key: string;
	readonly sha256: string;
	readonly rules: readonly DetectionRule[];
}

/** The attempt's job, the staging path and every rule, one line each, then what the machine is. */
export async function inspect({ key, sha256, rules }: Inspecting): Promise<string> {
	const state = await readState(jobFolder(key));
	const isStaged = existsSync(join(stateFolder(), "packages", sha256));
	const lines = [
		`job ${state.kind} ${state.kind === "exited" ? state.code : "-"}`,
		`staged ${isStaged ? "yes" : "no"}`,
	];
	const [seen, facts] = await Promise.all([Promise.all(rules.map(look)), machineFacts()]);
	return `${[...lines, ...seen].join("\n")}\n${facts}`;
}

async function look(rule: DetectionRule): Promise<string> {
	switch (rule.type) {
		case "file":
			return lookAtFile(rule);
		case "script": {
			const { exitCode: code } = await runScript(rule.script, SCRIPT_MS);
			return code === null ? "unreadable the script did not run to its end in PowerShell" : `script ${code}`;
		}
		case "registry":
			return lookAtRegistry(rule);
		case "msi":
			return `msi ${(await productVersion(rule.productCode)) ?? ""}`;
		case "package":
			return "unreadable Windows has no package manager of its own: detect by registry, msi or file";
	}
}

type FileRule = Extract<DetectionRule, { readonly type: "file" }>;

async function lookAtFile({ path: written, sha256, version }: FileRule): Promise<string> {
	const path = written.startsWith("~/") ? join(homedir(), written.slice(2)) : written;
	if (!existsSync(path)) return "file no";
	if (sha256 === undefined && version === undefined) return "file yes";
	if (!statSync(path).isFile()) return "file yes -";
	try {
		const digest = sha256 === undefined ? "-" : await digestOf(path);
		return version === undefined ? `file yes ${digest}` : `file yes ${digest} ${(await fileVersion(path)) ?? "-"}`;
	} catch {
		return "unreadable the file may not be read";
	}
}

type RegistryRule = Extract<DetectionRule, { readonly type: "registry" }>;

/** Data is printed as JSON in ASCII: it may hold anything. */
async function lookAtRegistry({ key, value, view }: RegistryRule): Promise<string> {
	const values = await readKey(key, view);
	if (!values) return "registry no";
	if (value === undefined) return "registry yes";
	const data = values.get(value.toLowerCase());
	return data === undefined ? "registry no" : `registry yes ${JSON.stringify(data)}`;
}

const UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall";

/** Windows Installer keeps this key for every product that is installed for the machine, whether it is shown to people or not. */
async function productVersion(productCode: string): Promise<string | null> {
	for (const view of [64, 32] satisfies View[]) {
		const values = await readKey(`${UNINSTALL}\\${productCode}`, view);
		if (values) return values.get("displayversion") ?? "-";
	}
	return null;
}
