import { ask } from "./ask.ts";
import { startJob } from "./commands/start-job.ts";
import { failed } from "./failed.ts";
import { followInstall } from "./follow-install.ts";
import { installJob } from "./install-job.ts";
import { jobJson } from "./job.ts";
import { jobKey } from "./job-key.ts";
import type { Session } from "./session.ts";
import type { Pushed, Task } from "./task.ts";
import { windowsJob } from "./windows/windows-job.ts";

const START_MS = 60_000;

/**
 * Starts the attempt's job, or joins it where it was started before, and follows it to its end. The digest is checked in the job,
 * right before the installer. Errors: FS-SSH-*, FS-DELIVER-FAILED (nothing is staged), FS-INSTALL-FENCED, and those of `followInstall`.
 */
export async function installPackage(session: Session, task: Task, signal: AbortSignal): Promise<Pushed> {
	const { spec, ref } = task;
	const job = installJob(task);
	const key = jobKey(ref);
	const asking = { session, signal, machine: ref.machine, timeoutMs: START_MS, code: "FS-DETECT-FAILED" } as const;
	const asked = await (session.shim
		? ask({ kind: "start", key, job: windowsJob(job) }, asking)
		: ask(startJob(key, job), { ...asking, stdin: Buffer.from(jobJson(job)) }));
	if ("failure" in asked) return { outcome: asked };
	switch (asked.answer.toString("utf8").trim()) {
		case "unstaged":
			return { outcome: failed("FS-DELIVER-FAILED", `${ref.machine}: ${spec.name} is not staged`) };
		case "fenced":
			return { outcome: failed("FS-INSTALL-FENCED", `${ref.machine}: a newer job of ${spec.name} was started there`) };
		default:
			return followInstall(session, task, signal);
	}
}
