import { type Job, startWords } from "../job.ts";
import { JOB, START_JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const START = `${JOB}${START_JOB}
new_job && cat > "$new" && start_job "$1" "$2" "$3" "$4" "$5" && echo "$started"
`;

/**
 * Starts the job that comes on stdin, as JSON, unless its key was ever used. Prints \`yes\`, \`no\` (it was), \`unstaged\` or \`fenced\` (nothing was
 * started).
 */
export function startJob(key: string, job: Job): readonly string[] {
	return script(START, key, ...startWords(job));
}
