import { type Job, jobJson, startWords } from "../job.ts";
import { AWAIT_JOB, JOB, START_JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const START = `${JOB}${START_JOB}${AWAIT_JOB}
start_job "$1" "$2" "$3" "$4" "$5" "$6$(cat /proc/sys/kernel/random/boot_id)" || exit 1
echo "$started"
case $started in yes|no)
	await_job "$state/jobs/$1" "$7"
	report "$state/jobs/$1"
esac
`;

/**
 * Starts the job, unless its key was ever used. Prints \`unstaged\` or \`fenced\` (nothing was started), or \`yes\` or \`no\` (it was), waits
 * until it has ended, or for a number of seconds, then prints its report, in the same breath.
 */
export function startJob(key: string, job: Job, seconds: number): readonly string[] {
	return script(START, key, ...startWords(job), jobJson(job), String(seconds));
}
