import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SettingChange } from "../console/policy-reports.ts";
import type { Settings } from "../policy/parse-settings.ts";
import { settingsDigests } from "./settings-changes.ts";

/** Keeps which settings are in force, so that the next start can say what is another one since. */
export async function keepSettings(settings: Settings): Promise<void> {
	const file = fileOf(settings);
	await writeFile(`${file}.tmp`, JSON.stringify(settingsDigests(settings)), { mode: 0o600 });
	await rename(`${file}.tmp`, file);
}

/** What was changed while no daemon ran; nothing where none ever did. */
export async function changedSinceKept(settings: Settings): Promise<readonly SettingChange[]> {
	const kept = await readFile(fileOf(settings), "utf8").then(readDigests, () => null);
	if (kept === null) return [];
	// One that is new with a new release was changed by nobody.
	const changed = Object.entries(settingsDigests(settings)).filter(
		([key, digest]) => Object.hasOwn(kept, key) && kept[key] !== digest,
	);
	return changed.map(([key]) => ({ key, effect: "now" }));
}

function readDigests(text: string): Readonly<Record<string, unknown>> | null {
	try {
		const read: unknown = JSON.parse(text);
		return typeof read === "object" ? (read as Readonly<Record<string, unknown>>) : null;
	} catch {
		return null;
	}
}

function fileOf({ stateFolder }: Settings): string {
	return join(stateFolder, "settings-in-force.json");
}
