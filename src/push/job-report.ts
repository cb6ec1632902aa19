import type { JobState } from "../model/facts.ts";
import { isBootId } from "./parse-machine-facts.ts";
import type { JobOutput } from "./task.ts";

export interface JobReport {
	readonly state: JobState;
	/** What the job wrote down about its end, such as `timeout` or `digest`. */
	readonly marker: string | null;
	/** The boot in which it ended. Null: it has not, or its machine does not say. */
	readonly bootId: string | null;
	readonly output: JobOutput;
}

/** Bytes that a whole report can have: one line, the head and the tail. */
export const REPORT_BYTES = 600 * 1024;

/** The answer of `report` in scripts/job.ts; null when it is not one. */
export function parseJobReport(bytes: Buffer): JobReport | null {
	const end = bytes.indexOf("\n");
	const words = bytes.toString("latin1", 0, Math.max(end, 0)).split(" ");
	const [kind = "", code = "", marker = "", bootId = "", ...sizes] = words;
	const [totalBytes, headBytes, tailBytes] = sizes.map(Number);
	const state = parseJobState(kind, code);
	if (!state || totalBytes === undefined || headBytes === undefined || tailBytes === undefined) return null;
	const tailStart = end + 1 + headBytes;
	const output = {
		head: bytes.toString("utf8", end + 1, tailStart),
		tail: bytes.toString("utf8", tailStart, tailStart + tailBytes),
		totalBytes,
	};
	return { state, marker: marker === "-" ? null : marker, bootId: isBootId(bootId) ? bootId : null, output };
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
