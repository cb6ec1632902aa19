import { actFor } from "../installers/registry.ts";
import type { Job } from "./job.ts";
import { fenceOf } from "./job-key.ts";
import type { Task } from "./task.ts";

/** An installer that prints more is out of its mind; what is kept of it is far less. */
export const MAX_OUTPUT_BYTES = 4 * 2 ** 30;

/** What the machine is told to do in an attempt. */
export function installJob(task: Task): Job {
	const { spec, ref } = task;
	const { success, softReboot, hardReboot, retry } = spec.returnCodes;
	return {
		act: actFor(spec, task),
		timeoutMs: spec.install.timeoutMs,
		fence: fenceOf(ref),
		...(spec.state === "absent" ? {} : { staged: spec.sha256 }),
		maxOutputBytes: task.maxOutputBytes ?? MAX_OUTPUT_BYTES,
		success: [...success, ...softReboot, ...hardReboot, ...retry],
		...(task.hooks ? { hooks: task.hooks } : {}),
		about: { name: spec.name, version: spec.version },
	};
}
