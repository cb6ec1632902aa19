import type { z } from "zod";
import type { ErrorCode } from "../model/error-codes.ts";
import { readExpectation } from "./expectation.ts";
import { unknownKey } from "./mapping.ts";
import { describePath, type Path, type Place, type Places } from "./places.ts";

/** A problem before its offset became a line and a column. */
export interface Complaint {
	readonly code: ErrorCode;
	readonly offset: number;
	readonly path: string;
	readonly expected: string;
	readonly saw: string;
}

type Issue = z.core.$ZodIssue;

/** zod's issues at their places in the text. */
export function schemaComplaints(issues: readonly Issue[], places: Places, above: Path = []): readonly Complaint[] {
	return issues.flatMap((issue): readonly Complaint[] => {
		const path = [...above, ...issue.path];
		if (unknownKey(issue)) return [complaint(issue, path, places.keyAt(path))];
		if (issue.code === "invalid_key") return issue.issues.map((each) => complaint(each, path, places.keyAt(path)));
		const place = places.valueAt(path);
		const branch = place.isMapping && issue.code === "invalid_union" ? mappingBranch(issue.errors) : undefined;
		return branch ? schemaComplaints(branch, places, path) : [complaint(issue, path, place)];
	});
}

/** Of a union's branches, the one that takes a mapping at all. */
function mappingBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
	return branches.find((issues) => issues.every(({ path }) => path.length > 0));
}

function complaint(issue: Issue, path: Path, place: Place): Complaint {
	const { expected, code = codeOf(issue, place) } = readExpectation(issue.message);
	return { code, offset: place.offset, path: describePath(path), expected, saw: place.saw };
}

function codeOf(issue: Issue, place: Place): ErrorCode {
	if (place.isMissing) return "FS-POLICY-REQUIRED";
	switch (issue.code) {
		case "invalid_type":
			return place.isScalar && isNumber(issue.expected) ? "FS-POLICY-RANGE" : "FS-POLICY-TYPE";
		case "too_big":
		case "too_small":
			return "FS-POLICY-RANGE";
		default:
			return "FS-POLICY-VALUE";
	}
}

/** A field of numbers names its range, and any other scalar is outside of it. */
function isNumber(type: string): boolean {
	return type === "number" || type === "int";
}
