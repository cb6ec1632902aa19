import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const PAGE = new URL("../../docs/operations.md", import.meta.url);

/** The commands below a sentence, on a system that lies in the folder: there all is its owner's, and no systemd runs. */
async function commandsAfter(sentence: RegExp, folder: string): Promise<string> {
	const page = await readFile(PAGE, "utf8");
	const after = page.slice(page.search(sentence));
	const lines = /\n\n((?: {4}\S.*\n)+)/.exec(after)?.[1] ?? "";
	return lines
		.replaceAll(" -o fleetseed -g fleetseed", "")
		.replace(/(?<!\w)\/(?=(backup|etc|var)\/)/g, `${folder}/`)
		.replaceAll(/^ {4}systemctl /gm, "echo systemctl ");
}

test("what it says restores a backup also on a computer where no daemon has ever run", async (t) => {
	const folder = await mkdtemp(join(tmpdir(), "fleetseed-restore-"));
	t.after(() => rm(folder, { recursive: true }));
	for (const path of ["backup/fleetseed", "etc/fleetseed", "var/lib"])
		await mkdir(join(folder, path), { recursive: true });
	await writeFile(join(folder, "backup/fleetseed-2026-12-01.sqlite"), "the journal");
	await writeFile(join(folder, "backup/fleetseed/fleetseed.yaml"), "of before");
	await writeFile(join(folder, "etc/fleetseed/fleetseed.yaml"), "of the package");
	const commands = await commandsAfter(/^To restore,/m, folder);
	const { stdout } = await promisify(execFile)("/bin/sh", ["-e", "-c", commands]);
	assert.equal(stdout, "systemctl stop fleetseed\nsystemctl start fleetseed\n");
	const journal = join(folder, "var/lib/fleetseed/journal.sqlite");
	assert.equal(await readFile(journal, "utf8"), "the journal");
	assert.equal((await stat(journal)).mode & 0o777, 0o600);
	assert.equal((await stat(join(journal, ".."))).mode & 0o777, 0o700);
	assert.equal(await readFile(join(folder, "etc/fleetseed/fleetseed.yaml"), "utf8"), "of before");
});
