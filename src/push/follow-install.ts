import { installerOf } from "../installers/registry.ts";
import { ask } from "./ask.ts";
import { followJob } from "./commands/follow-job.ts";
import { type Failed, failed } from "./failed.ts";
import { MAX_OUTPUT_BYTES } from "./install-job.ts";
import { jobKey } from "./job-key.ts";
import { type JobReport, parseJobReport, REPORT_BYTES } from "./job-report.ts";
import type { Session } from "./session.ts";
import type { Pushed, Task } from "./task.ts";

/** One look lasts this long at most, so that no script of ours is left waiting at a machine that we lost. */
export const LOOK_SECONDS = 60;
const SLACK_MS = 120_000;

export interface Following {
	readonly session: Session;
	readonly task: Task;
	readonly signal: AbortSignal;
}

/**
 * Follows the attempt's job to its end, from what is known of it; never starts one. The job ends itself at its own time limit. Errors: FS-SSH-*, FS-INSTALL-DIGEST, FS-INSTALL-NOEXEC,
 * FS-INSTALL-TIMEOUT, FS-INSTALL-OUTPUT, FS-INSTALL-LATER, FS-INSTALL-HOOK, FS-INSTALL-BUSY, FS-INSTALL-EXIT (it ended without a result), FS-DETECT-FAILED (there is no such job).
 */
export async function followInstall(following: Following, known: JobReport | null = null): Promise<Pushed> {
	const { task } = following;
	const deadline = performance.now() + task.spec.install.timeoutMs + SLACK_MS;
	for (let report = known ?? (await look(following)); ; report = await look(following)) {
		if ("failure" in report) return { outcome: report };
		if (report.state.kind !== "running") return conclude(task, report);
		if (performance.now() > deadline) return { outcome: failure(task, "FS-INSTALL-TIMEOUT", "its job does not end") };
	}
}

async function look({ session, task: { ref }, signal }: Following): Promise<JobReport | Failed> {
	const code = "FS-DETECT-FAILED";
	const timeoutMs = LOOK_SECONDS * 2 * 1000;
	const asking = { session, signal, machine: ref.machine, timeoutMs, code, maxOutputBytes: REPORT_BYTES } as const;
	const [key, seconds] = [jobKey(ref), LOOK_SECONDS];
	const asked = await ask(session.shim ? { kind: "follow", key, seconds } : followJob(key, seconds), asking);
	if ("failure" in asked) return asked;
	return parseJobReport(asked.answer) ?? failed(code, `${ref.machine}: the job of ${ref.package} gave no answer`);
}

function conclude(task: Task, { state, marker, bootId, output }: JobReport): Pushed {
	switch (state.kind) {
		case "exited": {
			const failed = explain(task, { exitCode: state.exitCode, marker, text: output.head + output.tail });
			const { exitCode } = state;
			return { outcome: failed ?? { kind: "exited", exitCode, ...(bootId === null ? {} : { bootId }) }, output };
		}
		case "lost":
			return { outcome: failure(task, "FS-INSTALL-EXIT", "its job ended without a result"), output };
		default:
			return { outcome: failure(task, "FS-DETECT-FAILED", `there is no job of attempt ${task.ref.attempt}`) };
	}
}

interface Ended {
	readonly exitCode: number;
	readonly marker: string | null;
	readonly text: string;
}

function explain(task: Task, { exitCode, marker, text }: Ended): Failed | null {
	const { spec } = task;
	if (marker === "digest") return failure(task, "FS-INSTALL-DIGEST", "the staged file is not the package");
	if (marker === "noexec") {
		return failure(task, "FS-INSTALL-NOEXEC", "no program runs from our folder, and the package names no interpreter");
	}
	if (marker === "timeout") {
		return failure(task, "FS-INSTALL-TIMEOUT", `the installer ran longer than ${spec.install.timeoutMs / 1000} s`);
	}
	if (marker === "output") {
		const maxBytes = task.maxOutputBytes ?? MAX_OUTPUT_BYTES;
		return failure(task, "FS-INSTALL-OUTPUT", `the installer printed more than ${maxBytes} bytes and was stopped`);
	}
	if (marker === "later") return failure(task, "FS-INSTALL-LATER", `hooks.pre_install exited ${exitCode}`);
	if (marker === "pre_install" || marker === "post_install") {
		return failure(task, "FS-INSTALL-HOOK", `hooks.${marker} exited ${exitCode}`);
	}
	const holder = installerOf(spec.type).busy({ exitCode, output: text });
	return holder === null ? null : failure(task, "FS-INSTALL-BUSY", holder);
}

function failure({ ref }: Task, code: Parameters<typeof failed>[0], what: string): Failed {
	return failed(code, `${ref.machine}: ${ref.package}: ${what}`);
}
