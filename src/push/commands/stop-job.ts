import { JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const STOP = `${JOB}
job_state "$state/jobs/$1"
[ $job_state != running ] || [ ! -s "$state/jobs/$1/pid" ] || kill -TERM "$(cat "$state/jobs/$1/pid")"
left=100
while job_state "$state/jobs/$1"; [ $job_state = running ] && [ $left -gt 0 ]; do
	sleep 0.2
	left=$(( left - 1 ))
done
`;

/** Ends a job's command and its children; only one that holds its lock is signalled, so the process id is its own. Waits for the end. */
export function stopJob(key: string): readonly string[] {
	return script(STOP, key);
}
