import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Writes the journal, as it is at one moment, into a file that must not be there yet and that only its owner may read. Also beside a
 * daemon that writes it, which it does not hold up (https://sqlite.org/lang_vacuum.html, VACUUM INTO). The copy has its name only once
 * it is whole and on the disk. Answers its size; throws when there is no journal, no room, or a file of the name with `.part` after it.
 */
export function copyJournal(journal: string, file: string): number {
	const part = `${file}.part`;
	closeSync(openSync(part, "wx", 0o600));
	try {
		const db = new DatabaseSync(journal, { readOnly: true, timeout: 5_000 });
		try {
			db.prepare("VACUUM INTO ?").run(part);
		} finally {
			db.close();
		}
		settle(part);
		renameSync(part, file);
		settle(dirname(file));
	} catch (error) {
		rmSync(part, { force: true });
		throw error;
	}
	return statSync(file).size;
}

function settle(path: string): void {
	const descriptor = openSync(path, "r");
	fsyncSync(descriptor);
	closeSync(descriptor);
}
