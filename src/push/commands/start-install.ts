import { JOB, RUNNER, START_JOB } from "../scripts/job.ts";
import { script } from "./script.ts";

const START = `${JOB}${START_JOB}
if [ ! -d "$state/jobs/$1" ] && [ ! -f "$state/packages/$5" ]; then echo unstaged; exit 0; fi
start_job "$1" "$2" "$3" "$4" && echo "$started"
`;

export interface StartInstall {
	readonly key: string;
	readonly timeoutMs: number;
	readonly commandLine: string;
	readonly sha256: string;
}

/** Starts a job unless its key was ever used. Prints `yes`, `no` (it was), or `unstaged` (nothing was started). */
export function startInstall({ key, timeoutMs, commandLine, sha256 }: StartInstall): readonly string[] {
	const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
	return script(START, key, String(seconds), commandLine, RUNNER, sha256);
}
