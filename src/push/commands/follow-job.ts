import { JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const FOLLOW = `${JOB}
job=$state/jobs/$1 left=$(( $2 * 5 ))
while job_state "$job"; [ $job_state = running ] && [ $left -gt 0 ]; do
	sleep 0.2
	left=$(( left - 1 ))
done
report "$job"
`;

/** Waits at the machine until the job has ended, or for a number of seconds, then prints its report. */
export function followJob(key: string, seconds: number): readonly string[] {
	return script(FOLLOW, key, String(seconds));
}
