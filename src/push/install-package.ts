import type { PackageSpec } from "../model/policy.ts";
import { ask } from "./ask.ts";
import { script } from "./commands/script.ts";
import { startInstall } from "./commands/start-install.ts";
import { failed } from "./failed.ts";
import { followInstall } from "./follow-install.ts";
import { archiveInstaller } from "./installers/archive.ts";
import { debInstaller } from "./installers/deb.ts";
import type { Installer } from "./installers/installer.ts";
import { scriptInstaller } from "./installers/script.ts";
import { jobKey } from "./job-key.ts";
import { quote } from "./quote.ts";
import type { Session } from "./session.ts";
import type { Pushed, Task } from "./task.ts";

const START_MS = 60_000;

const INSTALLERS = {
	deb: debInstaller,
	archive: archiveInstaller,
	script: scriptInstaller,
} as const satisfies Record<PackageSpec["type"], (spec: PackageSpec, task: Task) => Installer>;

/**
 * Starts the attempt's job, or joins it where it was started before, and follows it to its end. The digest is checked in the job,
 * right before the installer. Errors: FS-SSH-*, FS-DELIVER-FAILED (nothing is staged), and those of `followInstall`.
 */
export async function installPackage(session: Session, task: Task, signal: AbortSignal): Promise<Pushed> {
	const { spec, ref } = task;
	const { sha256, type, install } = spec;
	const installer = INSTALLERS[type](spec, task);
	const commandLine = quote(script(installer.script, ...installer.arguments));
	const argv = startInstall({ key: jobKey(ref), timeoutMs: install.timeoutMs, commandLine, sha256 });
	const code = "FS-DETECT-FAILED";
	const asked = await ask(argv, { session, signal, machine: ref.machine, timeoutMs: START_MS, code });
	if ("failure" in asked) return { outcome: asked };
	if (asked.answer.toString("utf8").trim() === "unstaged")
		return { outcome: failed("FS-DELIVER-FAILED", `${ref.machine}: ${spec.name} is not staged`) };
	return followInstall(session, task, signal);
}
