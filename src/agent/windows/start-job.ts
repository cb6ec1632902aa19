import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ShimJob } from "../../model/shim.ts";
import { passFence } from "./fence.ts";
import { type JobRecord, jobFolder } from "./job-folder.ts";
import { stateFolder } from "./state.ts";
import { runSystem } from "./system.ts";
import { taskXml } from "./task-xml.ts";

/** Prints `yes`, `no` (the key was used before), `unstaged` or `fenced` (nothing was started). The folder is the guard: only one can make it. */
export async function startJob(key: string, job: ShimJob): Promise<string> {
	const folder = jobFolder(key);
	if (existsSync(folder)) return "no\n";
	if (job.staged !== null && !existsSync(join(stateFolder(), "packages", job.staged))) return "unstaged\n";
	await mkdir(join(stateFolder(), "jobs"), { recursive: true });
	const isOurs = await mkdir(folder).then(
		() => true,
		(error: NodeJS.ErrnoException) => {
			if (error.code === "EEXIST") return false;
			throw error;
		},
	);
	if (!isOurs) return "no\n";
	if (!(await passFence(job.fence))) {
		await rm(folder, { recursive: true, force: true });
		return "fenced\n";
	}
	const record: JobRecord = { ...job, pipe: `\\\\.\\pipe\\fleetseed-${randomUUID()}` };
	await writeFile(join(folder, "job.json"), JSON.stringify(record));
	if (!(await startAsTask(key, folder))) startDetached(folder);
	return "yes\n";
}

/**
 * As the system, by the Task Scheduler: what sshd starts ends with the connection, by its job object. The task is run once and then forgotten,
 * which does not end what it has started.
 */
async function startAsTask(key: string, folder: string): Promise<boolean> {
	const name = `fleetseed\\${key}`;
	const file = join(folder, "task.xml");
	// In UTF-16 with its mark, as schtasks itself writes them.
	await writeFile(file, `\ufeff${taskXml(process.execPath, folder)}`, "utf16le");
	const made = await runSystem("schtasks.exe", ["/create", "/f", "/tn", name, "/xml", file]);
	if (made.exitCode !== 0) return false;
	const run = await runSystem("schtasks.exe", ["/run", "/tn", name]);
	await rm(file, { force: true });
	return run.exitCode === 0;
}

/** Where there is no Task Scheduler for us. */
function startDetached(folder: string): void {
	spawn(process.execPath, ["job", folder], { detached: true, stdio: "ignore", cwd: folder, windowsHide: true }).unref();
}
