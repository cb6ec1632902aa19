import type { JobState } from "../model/facts.ts";
import type { JobOutput } from "./task.ts";

export interface JobReport {
	readonly state: JobState;
	/** What the job wrote down about its end, such as `timeout` or `digest`. */
	readonly marker: string | null;
	readonly output: JobOutput;
}

/** Bytes that a whole report can have: one line, the head and the tail. */
export const REPORT_BYTES = 600 * 1024;

/** The answer of `report` in scripts/job.ts; null when it is not one. */
export function parseJobReport(bytes: Buffer): JobReport | null {
	const end = bytes.indexOf("\n");
	const [kind = "", code = "", marker = "", ...sizes] = bytes.toString("latin1", 0, Math.max(end, 0)).split(" ");
	const [totalBytes, headBytes, tailBytes] = sizes.map(Number);
	const state = parseJobState(kind, code);
	if (!state || totalBytes === undefined || headBytes === undefined || tailBytes === undefined) return null;
	const tailStart = end + 1 + headBytes;
	const output = {
		head: bytes.toString("utf8", end + 1, tailStart),
		tail: bytes.toString("utf8", tailStart, tailStart + tailBytes),
		totalBytes,
	};
	return { state, marker: marker === "-" ? null : marker, output };
}

/** A result that cannot be read is as good as none. */
export function parseJobState(kind: string, code: string): JobState | null {
	switch (kind) {
		case "none":
		case "running":
		case "lost":
			return { kind };
		case "exited":
			return /^\d+$/.test(code) ? { kind, exitCode: Number(code) } : { kind: "lost" };
		default:
			return null;
	}
}
