import { JOB, STOP_JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const STOP = `${JOB}${STOP_JOB}
stop_job "$state/jobs/$1"
`;

/** Ends a job's command and its children, and waits for the end. */
export function stopJob(key: string): readonly string[] {
	return script(STOP, key);
}
