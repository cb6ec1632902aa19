import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { BackupAnswer } from "../console/host-reports.ts";
import { describeProblem } from "../policy/document.ts";
import { copyJournal } from "../record/copy-journal.ts";
import { readSettings } from "./configuration.ts";

/** Copies the journal into one file, with the daemon on or off. What cannot be done says so, and has written nothing. */
export async function backup({
	config,
	file,
}: {
	readonly config: string;
	readonly file: string;
}): Promise<BackupAnswer> {
	const read = await readSettings(config);
	if ("problems" in read)
		return refused(read.problems.map(describeProblem).join("\n"), "Name the configuration with --config.");
	const { stateFolder } = read.settings;
	const journal = join(stateFolder, "journal.sqlite");
	const target = resolve(file);
	const wrong = wrongTarget(target, stateFolder);
	if (wrong) return wrong;
	if (!existsSync(journal))
		return refused(
			`${journal} is not there, or cannot be seen`,
			"Run this as root; a daemon that has never been started has nothing to back up.",
		);
	try {
		return { kind: "copied", file: target, sizeBytes: copyJournal(journal, target) };
	} catch (error) {
		return refused(`${target}: ${(error as Error).message}`, "Nothing was written. Mend that, then back up again.");
	}
}

function wrongTarget(target: string, stateFolder: string): BackupAnswer | null {
	const folder = dirname(target);
	if (existsSync(target))
		return refused(`${target} is there already`, "Name a new file: nothing is ever written over.");
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
		return refused(`${folder} is no folder`, "Make it, on a disk other than the journal's.");
	if (!relative(resolve(stateFolder), target).startsWith(".."))
		return refused(
			`${target} lies with the state itself`,
			"Name a file elsewhere: what takes the one takes the other, too.",
		);
	return null;
}

function refused(why: string, advice: string): BackupAnswer {
	return { kind: "refused", why, advice };
}
