import { AWAIT_JOB, JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const FOLLOW = `${JOB}${AWAIT_JOB}
await_job "$state/jobs/$1" "$2"
report "$state/jobs/$1"
`;

/** Waits at the machine until the job has ended, or for a number of seconds, then prints its report. */
export function followJob(key: string, seconds: number): readonly string[] {
	return script(FOLLOW, key, String(seconds));
}
