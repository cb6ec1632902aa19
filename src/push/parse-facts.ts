import type { JobState, Observation, PackageFacts } from "../model/facts.ts";
import { parseJobState } from "./job-report.ts";

/** The answer of commands/inspect.ts to a number of rules; null when it is not whole. */
export function parseFacts(text: string, ruleCount: number): PackageFacts | null {
	const [jobLine = "", stagedLine = "", ...lines] = text.split("\n").slice(0, -1);
	const job = parseJob(jobLine);
	const observations = lines.map(parseObservation);
	if (!job || !stagedLine.startsWith("staged ") || observations.length !== ruleCount) return null;
	return { job, isStaged: stagedLine === "staged yes", observations };
}

function parseJob(line: string): JobState | null {
	const [, kind = "", code = ""] = line.split(" ");
	return parseJobState(kind, code);
}

function parseObservation(line: string): Observation {
	const [type, word = "", sha256] = line.split(" ");
	switch (type) {
		case "package":
			return { type, version: word === "" ? null : word };
		case "file":
			if (word === "no") return { type, exists: false };
			return sha256 === undefined ? { type, exists: true } : { type, exists: true, sha256 };
		case "script":
			return { type, exitCode: Number(word) };
		default:
			return { type: "unreadable", detail: line.replace(/^unreadable /, "") };
	}
}
