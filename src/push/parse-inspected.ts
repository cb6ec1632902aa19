import type { JobState, MachineFacts, Observation, PackageFacts } from "../model/facts.ts";
import { parseJobState } from "./job-report.ts";
import { parseMachineFacts } from "./parse-machine-facts.ts";

export interface Inspected {
	readonly facts: PackageFacts;
	/** Null: what the machine is could not be read. */
	readonly machine: MachineFacts | null;
}

/** The answer of commands/inspect.ts to a number of rules; null when it is not whole. */
export function parseInspected(text: string, ruleCount: number): Inspected | null {
	const [jobLine = "", stagedLine = "", ...lines] = text.split("\n").slice(0, -1);
	const job = parseJob(jobLine);
	const observations = lines.slice(0, ruleCount).map(parseObservation);
	if (!job || !stagedLine.startsWith("staged ") || observations.length !== ruleCount) return null;
	const facts = { job, isStaged: stagedLine === "staged yes", observations };
	return { facts, machine: parseMachineFacts(lines.slice(ruleCount)) };
}

function parseJob(line: string): JobState | null {
	const [, kind = "", code = ""] = line.split(" ");
	return parseJobState(kind, code);
}

function parseObservation(line: string): Observation {
	const [type, word = "", sha256, fileVersion] = line.split(" ");
	switch (type) {
		case "package":
			return { type, version: word === "" ? null : word };
		case "file":
			if (word === "no") return { type, exists: false };
			return {
				type,
				exists: true,
				...(sha256 === undefined ? {} : { sha256 }),
				...(fileVersion === undefined ? {} : { version: fileVersion }),
			};
		case "registry":
			return readRegistry(line.slice("registry yes".length).trim(), word === "yes");
		case "msi":
			return { type, version: word === "" ? null : word };
		case "script":
			return { type, exitCode: Number(word) };
		default:
			return { type: "unreadable", detail: line.replace(/^unreadable /, "") };
	}
}

/** A value's data is a text in JSON. */
function readRegistry(written: string, exists: boolean): Observation {
	if (!exists || written === "") return { type: "registry", exists };
	try {
		const data: unknown = JSON.parse(written);
		if (typeof data === "string") return { type: "registry", exists, data };
	} catch {
		// Not an answer of ours.
	}
	return { type: "unreadable", detail: "the value's data makes no sense" };
}
