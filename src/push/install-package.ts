import { ask } from "./ask.ts";
import { startJob } from "./commands/start-job.ts";
import { failed } from "./failed.ts";
import { followInstall, LOOK_SECONDS } from "./follow-install.ts";
import { installJob } from "./install-job.ts";
import { jobKey } from "./job-key.ts";
import { parseJobReport, REPORT_BYTES } from "./job-report.ts";
import type { Session } from "./session.ts";
import type { Pushed, Task } from "./task.ts";
import { windowsJob } from "./windows/windows-job.ts";

const START_MS = 60_000;
/** It waits for the end, too. */
const START_AND_LOOK_MS = START_MS + LOOK_SECONDS * 2 * 1000;

/**
 * Starts the attempt's job, or joins it where it was started before, and follows it to its end. The digest is checked in the job,
 * right before the installer. Errors: FS-SSH-*, FS-DELIVER-FAILED (nothing is staged), FS-INSTALL-FENCED, and those of `followInstall`.
 */
export async function installPackage(session: Session, task: Task, signal: AbortSignal): Promise<Pushed> {
	const { spec, ref } = task;
	const job = installJob(task);
	const key = jobKey(ref);
	const asking = { session, signal, machine: ref.machine, code: "FS-DETECT-FAILED" } as const;
	const asked = await (session.shim
		? ask({ kind: "start", key, job: windowsJob(job) }, { ...asking, timeoutMs: START_MS })
		: ask(startJob(key, job, LOOK_SECONDS), {
				...asking,
				timeoutMs: START_AND_LOOK_MS,
				maxOutputBytes: REPORT_BYTES,
			}));
	if ("failure" in asked) return { outcome: asked };
	const end = asked.answer.indexOf("\n");
	switch (asked.answer.toString("latin1", 0, Math.max(end, 0)).trim()) {
		case "unstaged":
			return { outcome: failed("FS-DELIVER-FAILED", `${ref.machine}: ${spec.name} is not staged`) };
		case "fenced":
			return { outcome: failed("FS-INSTALL-FENCED", `${ref.machine}: a newer job of ${spec.name} was started there`) };
		default:
			return followInstall({ session, task, signal }, parseJobReport(asked.answer.subarray(end + 1)));
	}
}
